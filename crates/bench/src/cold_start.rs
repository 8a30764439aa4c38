//! From the start of the program to its first answer, on a database that exists already.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::http;
use crate::place::Place;
use crate::process::{self, Running};

/// Between two attempts to connect: fine enough for figures of tens of milliseconds, and coarse
/// enough not to take a core away from the program that is starting.
const BETWEEN_ATTEMPTS: Duration = Duration::from_micros(200);
/// A program that has not answered by now will not.
const PATIENCE: Duration = Duration::from_secs(30);
/// What is allocated for starting has been returned by now.
const SETTLING: Duration = Duration::from_secs(1);

/// Several starts one after another.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColdStart {
    /// To the first complete discovery document.
    pub(crate) milliseconds: Vec<f64>,
    /// Resident memory a second after that, with no request but the one. In KiB.
    pub(crate) idle_kibibytes: Vec<f64>,
}

pub(crate) fn cold_start(place: &Place, starts: u32) -> Result<ColdStart, String> {
    let mut result = ColdStart::default();
    for _ in 0..starts {
        let address = free_address().map_err(|error| format!("no free port: {error}"))?;
        let mut command = place.serve(&address.to_string());
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let begin = Instant::now();
        let mut server = Running::spawn(command)?;
        while !answers_discovery(address) {
            if server.has_ended() {
                return Err("the server ended while starting".to_owned());
            }
            if begin.elapsed() > PATIENCE {
                return Err(format!("the server did not answer in {PATIENCE:?}"));
            }
            thread::sleep(BETWEEN_ATTEMPTS);
        }
        result
            .milliseconds
            .push(begin.elapsed().as_secs_f64() * 1e3);
        thread::sleep(SETTLING);
        if let Some(memory) = process::memory(server.pid()) {
            result.idle_kibibytes.push(memory.resident as f64);
        }
        server.stop(PATIENCE)?;
    }
    Ok(result)
}

/// The port was free a moment ago, which is as much as can be known before the program starts.
fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}

fn answers_discovery(address: SocketAddr) -> bool {
    discovery(address).is_ok_and(|answer| {
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"token_endpoint\"")
    })
}

fn discovery(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let request = http::get(
        address,
        "/.well-known/openid-configuration",
        &["Connection: close"],
    );
    stream.write_all(&request)?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
