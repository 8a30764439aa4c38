//! OIDC Discovery §4.2: the answer has the status 200. What a redirect leads to has to be checked
//! as any other address.

use crate::{
    elsewhere,
    exchange::Endpoint,
    fault::{Expected, Fault, Reply, Seam},
};

pub(super) const FAULT: Fault = Fault {
    name: "discovery-redirect",
    does: "the metadata are elsewhere: a redirect leads there",
    attack: "who answers once sends the client to addresses that only the client reaches",
    client: Expected::Either,
    seams: &[Seam::Reply(|scene| {
        let here = scene.asked.endpoint == Endpoint::Discovery && !scene.asked.elsewhere;
        let there = elsewhere::address(scene.issuer, "moved", &scene.asked.path);
        here.then(|| Reply::error(302, "moved").with("location", there))
    })],
};
