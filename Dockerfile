# syntax=docker/dockerfile:1

# An image of Symbolon: `docker build --tag symbolon .`
#
#   docker run --publish 127.0.0.1:8080:8080 symbolon serve --demo --listen-anyway
#   docker run --publish 127.0.0.1:8080:8080 --volume symbolon:/var/lib/symbolon \
#       --env SYMBOLON_ISSUER=https://id.example.com symbolon
#
# No HEALTHCHECK: orchestrators ask /readyz themselves, and inside there is nothing to ask with.
# docker-compose.yml shows how bash can do it.

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libssl-dev make pkg-config \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/source/target \
    cargo build --release --locked --package symbolon \
    && install target/release/symbolon /usr/local/bin/symbolon

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libssl3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin symbolon \
    && install --directory --owner symbolon --group symbolon --mode 0700 /var/lib/symbolon
COPY --from=build /usr/local/bin/symbolon /usr/local/bin/symbolon
# As numbers, because an orchestrator that insists on not being root cannot look names up.
USER 10001:10001
# The default database, sqlite:symbolon.db, and its key file land here.
WORKDIR /var/lib/symbolon
VOLUME /var/lib/symbolon
# The loopback address of a container is of no use to anybody outside. As a variable, this is
# stronger than `listen` in a configuration file, and weaker than `--listen`.
ENV SYMBOLON_LISTEN=0.0.0.0:8080
EXPOSE 8080
ENTRYPOINT ["symbolon"]
CMD ["serve"]
