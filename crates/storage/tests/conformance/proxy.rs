//! A way to the database server that can be cut, or fall silent.

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// Forwards connections from a port of this machine.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    listening: JoinHandle<()>,
    /// What becomes of the connections that exist.
    way: watch::Sender<Way>,
}

#[derive(Clone, Copy, PartialEq)]
enum Way {
    Open,
    Silent,
    Cut,
}

impl Proxy {
    /// Listens on a port, any free one for 0, and leads to the server on another.
    pub(crate) async fn start(port: u16, server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let way = watch::Sender::new(Way::Open);
        let connections = way.clone();
        let listening = tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                tokio::spawn(forward(client, server, connections.subscribe()));
            }
        });
        Self {
            port,
            listening,
            way,
        }
    }

    /// Nothing passes any more over the connections that exist, and neither end learns of it. New
    /// ones are as good as before.
    pub(crate) fn fall_silent(&self) {
        self.way.send_replace(Way::Silent);
    }

    /// Ends all connections and refuses new ones.
    pub(crate) async fn cut(self) {
        self.listening.abort();
        // It answers that it was aborted: then the port is free.
        self.listening.await.unwrap_err();
        self.way.send_replace(Way::Cut);
        self.way.closed().await;
    }
}

async fn forward(mut client: TcpStream, server: u16, mut way: watch::Receiver<Way>) {
    let mut server = TcpStream::connect(("127.0.0.1", server)).await.unwrap();
    let is_silent = tokio::select! {
        // However it ends: that either end vanishes is what this is for.
        _ = copy_bidirectional(&mut client, &mut server) => false,
        changed = way.changed() => changed.is_ok() && *way.borrow() == Way::Silent,
    };
    if is_silent {
        way.wait_for(|way| *way == Way::Cut).await.ok();
    }
    // Before the receiver, whose end says that the connection has ended.
    drop((client, server));
}
