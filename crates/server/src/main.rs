//! Symbolon: an OpenID Connect authorization server and identity provider in one binary.

mod command;
mod first_bytes;
mod logging;
mod set_up;

use std::process::ExitCode;

use clap::Parser;
use symbolon_declared as state;
use symbolon_wire::{self as wire, admin, client_certificates, config};

// Frees what a burst of sign-ins took, which the system's allocator keeps.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Several providers of cryptography are linked; rustls wants to be told which one.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let arguments = command::Arguments::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return command::fail(&format!("the machine gives no threads: {error}")),
    };
    match runtime.block_on(command::run(arguments)) {
        Ok(code) => code,
        Err(error) => command::fail(&error.to_string()),
    }
}
