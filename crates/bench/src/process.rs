//! Child processes that end with us, and what Linux says about the use of a process.
//!
//! Figures come from `/proc/PID/stat` and `/proc/PID/status` (proc(5)); on other systems they
//! are absent and the report leaves their columns empty.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// The unit of the times in `/proc/PID/stat`: `USER_HZ`, 100 on every architecture of Linux
/// that this is built for.
const TICKS_PER_SECOND: f64 = 100.0;

/// What stands between the name and the address in the line that says a server is ready.
const READY: &str = " is ready at ";

/// A child process that is killed when this value goes.
#[derive(Debug)]
pub(crate) struct Running(Child);

impl Running {
    pub(crate) fn spawn(mut command: Command) -> Result<Self, String> {
        let child = command.spawn();
        let program = command.get_program().to_string_lossy();
        child
            .map(Self)
            .map_err(|error| format!("{program} did not start: {error}"))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }

    /// Asks the process to end in its own time, as an operator would.
    pub(crate) fn stop(mut self, patience: Duration) -> Result<(), String> {
        let pid = self.pid();
        terminate(pid)?;
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if self.has_ended() {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(5));
        }
        Err(format!(
            "process {pid} did not end within {patience:?} of SIGTERM"
        ))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// A server that was started here and has said where it listens.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) process: Running,
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Runs the command and waits for its line `NAME is ready at http://127.0.0.1:PORT`. What it
    /// prints afterwards is read and dropped, so that it can never block on a full pipe.
    pub(crate) fn start(mut command: Command, patience: Duration) -> Result<Self, String> {
        let program = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = Running::spawn(command)?;
        let (sender, receiver) = mpsc::channel();
        if let Some(output) = process.0.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(output).lines().map_while(Result::ok) {
                    if let Some((_, url)) = line.split_once(READY) {
                        sender.send(url.trim().to_owned()).ok();
                    }
                }
            });
        }
        let url = receiver
            .recv_timeout(patience)
            .map_err(|_| format!("{program} did not print `...{READY}URL`"))?;
        let address = loopback_address(&url)?;
        Ok(Self { process, address })
    }
}

/// The standard library can only kill; the shell's own `kill` exists wherever a shell does.
fn terminate(pid: u32) -> Result<(), String> {
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("kill -TERM {pid}"))
        .status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("kill -TERM {pid}: {status}")),
        Err(error) => Err(format!("sh: {error}")),
    }
}

/// The address of an `http` URL on this machine. Load is never sent anywhere else.
pub(crate) fn loopback_address(url: &str) -> Result<SocketAddr, String> {
    let address = url
        .strip_prefix("http://")
        .and_then(|rest| rest.trim_end_matches('/').parse::<SocketAddr>().ok())
        .filter(|address| address.ip().is_loopback());
    address.ok_or_else(|| {
        format!("`{url}`: the load driver only talks to http://127.0.0.1:PORT or http://[::1]:PORT")
    })
}

/// CPU time, user and system, that the process has used since it began. In seconds.
pub(crate) fn cpu_seconds(pid: u32) -> Option<f64> {
    parse_cpu_seconds(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Resident memory of a process, in KiB.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Memory {
    pub(crate) resident: u64,
    pub(crate) peak: u64,
}

pub(crate) fn memory(pid: u32) -> Option<Memory> {
    parse_memory(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
}

/// Lets the peak begin anew at what is resident now, so that each cell has its own.
/// Where that is not permitted the peak stays that of the whole life of the process.
pub(crate) fn reset_peak(pid: u32) {
    fs::write(format!("/proc/{pid}/clear_refs"), "5").ok();
}

/// The second field is the name in parentheses and may itself hold blanks and parentheses, so
/// counting begins after the last one: `utime` and `stime` are fields 14 and 15.
fn parse_cpu_seconds(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_ascii_whitespace().skip(11);
    let user: u64 = times.next()?.parse().ok()?;
    let system: u64 = times.next()?.parse().ok()?;
    Some((user + system) as f64 / TICKS_PER_SECOND)
}

fn parse_memory(status: &str) -> Option<Memory> {
    let kibibytes = |name: &str| {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
        line.trim().strip_suffix("kB")?.trim().parse().ok()
    };
    Some(Memory {
        resident: kibibytes("VmRSS")?,
        peak: kibibytes("VmHWM")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_blanks_and_parentheses_does_not_shift_the_fields() {
        let stat = "4242 (a) b (c)) S 1 4242 4242 0 -1 4194560 1 2 3 4 150 25 7 8 20 0 3 0 99 1 2";
        assert_eq!(parse_cpu_seconds(stat), Some(1.75));
    }

    #[test]
    fn a_stat_that_is_cut_off_has_no_times() {
        assert_eq!(parse_cpu_seconds("4242 (bench) S 1 2 3"), None);
        assert_eq!(parse_cpu_seconds(""), None);
    }

    #[test]
    fn memory_is_read_by_name_whatever_the_order() {
        let status =
            "Name:\tbench\nVmPeak:\t  999999 kB\nVmHWM:\t   20480 kB\nVmRSS:\t   10240 kB\n";
        assert_eq!(
            parse_memory(status),
            Some(Memory {
                resident: 10240,
                peak: 20480
            })
        );
        assert_eq!(parse_memory("Name:\tkthreadd\n"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory_and_time() {
        let pid = std::process::id();
        assert!(memory(pid).is_some_and(|memory| memory.peak >= memory.resident));
        assert!(cpu_seconds(pid).is_some());
    }

    #[test]
    fn only_this_machine_is_a_target() {
        assert!(loopback_address("http://127.0.0.1:8080/").is_ok());
        assert!(loopback_address("http://[::1]:8080").is_ok());
        for url in [
            "http://192.0.2.1:80",
            "http://example.org",
            "https://127.0.0.1:8080",
            "http://127.0.0.1",
            "http://127.0.0.1:80/path",
        ] {
            assert!(loopback_address(url).is_err(), "{url}");
        }
    }

    #[test]
    fn a_program_that_ends_without_being_ready_is_an_error() {
        let mut command = Command::new("sh");
        command.arg("-c").arg("echo nothing of the kind");
        assert!(Server::start(command, Duration::from_secs(60)).is_err());
    }

    #[test]
    fn a_ready_line_gives_the_address_and_the_server_ends_when_asked() {
        let mut command = Command::new("sh");
        command
            .arg("-c")
            .arg("echo 'Stub is ready at http://127.0.0.1:4242'; exec sleep 60");
        let server = Server::start(command, Duration::from_secs(60));
        assert_eq!(
            server.as_ref().map(|server| server.address.port()),
            Ok(4242)
        );
        assert_eq!(
            server.and_then(|server| server.process.stop(Duration::from_secs(60))),
            Ok(())
        );
    }
}
