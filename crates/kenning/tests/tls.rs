//! HTTPS with a certificate of one's own, asked with curl.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may end in a panic"
)]

mod common;

use common::{Server, run};
use std::path::Path;
use std::process::{Command, Stdio};

/// A key and a certificate that signs itself; `false` where there is no `openssl` or no `curl` to do it with.
fn certify(folder: &Path, name: &str) -> bool {
    let has = |tool: &str| {
        let version = Command::new(tool)
            .arg(if tool == "curl" {
                "--version"
            } else {
                "version"
            })
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        version.is_ok_and(|status| status.success())
    };
    if !has("openssl") || !has("curl") {
        println!("skipped: `openssl` or `curl` is not here");
        return false;
    }
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
        ])
        .args(["-days", "2", "-subj", &format!("/CN={name}")])
        .args(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .arg("-keyout")
        .arg(folder.join("key.pem"))
        .arg("-out")
        .arg(folder.join("cert.pem"))
        .output()
        .unwrap();
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    true
}

fn curl(folder: &Path, url: &str) -> (bool, String) {
    let asked = Command::new("curl")
        .args(["-s", "-S", "-i", "--max-time", "20", "--cacert"])
        .arg(folder.join("cert.pem"))
        .arg(url)
        .output()
        .unwrap();
    let said = [asked.stdout, asked.stderr].concat();
    (
        asked.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[test]
fn a_server_with_a_certificate_speaks_https_and_reads_it_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    if !certify(path, "first") {
        return;
    }
    let (certificate, key) = (path.join("cert.pem"), path.join("key.pem"));
    let files = [certificate.to_str().unwrap(), key.to_str().unwrap()];
    let server = Server::start(
        &path.join("data"),
        &["--tls-certificate", files[0], "--tls-key", files[1]],
    );
    let url = format!("https://{}/", server.address);
    assert!(server.greeting.contains(&url), "{}", server.greeting);
    let (good, said) = curl(path, &format!("{url}query?query=ASK%20%7B%7D"));
    assert!(good && said.contains("\"boolean\":true"), "{said}");
    // Whoever does not know the certificate, and whoever speaks plain HTTP, gets nothing.
    let (good, said) = curl(path, &format!("http://{}/", server.address));
    assert!(!good || !said.contains("200 OK"), "{said}");
    certify(path, "second");
    let (good, said) = curl(path, &url);
    assert!(!good, "the new certificate is not in use yet: {said}");
    // A certificate and the key of another change nothing; a whole pair does.
    let hang_up = || {
        let sent = Command::new("kill")
            .args(["-HUP", &server.pid().to_string()])
            .status();
        assert!(sent.unwrap().success());
    };
    hang_up();
    let mut again = (false, String::new());
    for _ in 0..100 {
        again = curl(path, &url);
        if again.0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert!(again.0, "{}", again.1);
}

#[test]
fn half_of_a_certificate_or_a_broken_one_stops_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let data = path.join("data");
    let serve = |more: &[&str]| {
        run(
            &data,
            &[&["serve", "--listen", "127.0.0.1:0"], more].concat(),
        )
    };
    let said = serve(&["--tls-certificate", "cert.pem"]);
    assert_ne!(said.code, 0);
    assert!(said.err.contains("--tls-key"), "{}", said.err);
    let broken = path.join("broken.pem");
    std::fs::write(&broken, "no certificate").unwrap();
    let broken = broken.to_str().unwrap();
    let said = serve(&["--tls-certificate", broken, "--tls-key", broken]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("broken.pem"), "{}", said.err);
}
