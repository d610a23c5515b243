//! Certificates and proxies between the runner and Azure.

use std::{
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use azure_simulator::{BadCertificate, Fault, Options, Service, Simulator};
use serde_json::json;

use super::{
    common::submissions,
    step::{Outcome, Step, azure, options},
    templates::network,
};

/// What a message says that is about the certificate's issuer.
const CA_FILE: &str = "ca-file";

/// A step that trusts only the system's root certificates.
fn untrusting(azure: &Simulator) -> Step {
    Step::new(azure, &network()).environment("SSL_CERT_FILE", "")
}

/// The certificate of the simulated Azure's authority.
fn authority(azure: &Simulator) -> String {
    fs::read_to_string(azure.ca_file()).unwrap()
}

/// An Azure of which one service has a bad certificate.
fn with_bad(service: Service, bad: BadCertificate) -> Simulator {
    Simulator::start(Options {
        bad_certificates: vec![(service, bad)],
        ..options()
    })
}

fn asked(azure: &Simulator, service: Service) -> usize {
    let journal = azure.journal();
    let asked = journal
        .iter()
        .filter(|exchange| exchange.service == service);
    asked.count()
}

#[test]
fn authorities_are_added_by_input_or_variable() {
    let azure = azure();
    let file = |step: Step| step.file("corp.pem", authority(&azure));
    let by_input = file(untrusting(&azure)).input(CA_FILE, "corp.pem");
    by_input.run().expect(0);
    let by_variable = file(untrusting(&azure)).environment("NODE_EXTRA_CA_CERTS", "corp.pem");
    by_variable.run().expect(0);
    let absolute = azure.ca_file().display().to_string();
    untrusting(&azure).input(CA_FILE, absolute).run().expect(0);
}

#[test]
fn authorities_that_replace_the_others_are_completed_by_the_input() {
    let azure = azure();
    let other = with_bad(Service::ResourceManager, BadCertificate::Expired);
    let path = other.ca_file().display().to_string();
    let step = Step::new(&azure, &network()).environment("SSL_CERT_FILE", &path);
    step.run().expect(3).says(&[CA_FILE]);
    let step = Step::new(&azure, &network()).environment("SSL_CERT_FILE", &path);
    let step = step.file("corp.pem", authority(&azure));
    step.input(CA_FILE, "corp.pem").run().expect(0);
}

#[test]
fn an_unknown_authority_ends_the_sign_in_at_once() {
    let azure = azure();
    untrusting(&azure)
        .run()
        .expect(3)
        .says(&[CA_FILE, "not issued by a trusted authority"])
        .never_says(&["retrying"]);
    assert!(azure.journal().is_empty());
}

#[test]
fn bad_certificates_of_each_service_end_the_run_before_anything_is_submitted() {
    for (bad, words) in [
        (BadCertificate::UnknownIssuer, CA_FILE),
        (BadCertificate::OtherName, "another host name"),
        (BadCertificate::Expired, "has expired"),
    ] {
        for (service, status) in [
            (Service::GitHub, 3),
            (Service::Entra, 3),
            (Service::ResourceManager, 6),
        ] {
            let azure = with_bad(service, bad);
            let step = Step::new(&azure, &network());
            // The step ends long before.
            let outcome = step.input("timeout", "6h").run().expect(status);
            outcome.says(&[words]).never_says(&["retrying"]);
            assert_eq!(asked(&azure, service), 0);
            assert_eq!(submissions(&azure), 0);
        }
    }
}

#[test]
fn files_of_certificates_that_cannot_be_used_are_wrong_inputs() {
    let azure = azure();
    let refused = |step: Step| {
        let outcome = step.run().expect(2);
        assert!(azure.journal().is_empty(), "{}", outcome.log);
        outcome
    };
    let step = Step::new(&azure, &network()).inputs(&[(CA_FILE, "corp.pem"), ("wait", "perhaps")]);
    refused(step).says(&["ca-file", "\"corp.pem\" does not exist", "perhaps"]);
    let step = Step::new(&azure, &network()).file("corp.pem", "-----BEGIN CERTIFICATE-----\nhush");
    let step = step.environment("NODE_EXTRA_CA_CERTS", "corp.pem");
    refused(step)
        .says(&["NODE_EXTRA_CA_CERTS", "has an invalid certificate"])
        .hides("hush");
    let step = Step::new(&azure, &network()).environment("SSL_CERT_FILE", "/nowhere");
    refused(step).says(&["SSL_CERT_FILE", "\"/nowhere\""]);
}

/// A proxy on loopback that asks for credentials, whatever it gets.
struct Proxy {
    address: String,
    asked: Arc<AtomicUsize>,
}

impl Proxy {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming() {
                count.fetch_add(1, Ordering::Relaxed);
                refuse(stream.unwrap());
            }
        });
        Self { address, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

fn refuse(mut stream: TcpStream) {
    let mut request = Vec::new();
    while !request.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        request.push(byte[0]);
    }
    let answer = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
    stream.write_all(answer).unwrap();
}

#[test]
fn a_proxy_that_wants_credentials_ends_the_sign_in_at_once() {
    let azure = azure();
    let proxy = Proxy::start();
    let through = |address: &str| Step::new(&azure, &network()).environment("HTTPS_PROXY", address);
    let with_password = format!("http://user:hunter2@{}", proxy.address);
    for address in [&proxy.address, &with_password] {
        through(address)
            .run()
            .expect(3)
            .says(&["HTTP 407", "HTTPS_PROXY"])
            .never_says(&["retrying"])
            .hides("hunter2");
    }
    assert_eq!(proxy.asked(), 2, "once in each run");
    assert!(azure.journal().is_empty());
}

#[test]
fn a_proxy_whose_address_cannot_be_read_is_not_passed_by() {
    let azure = azure();
    Step::new(&azure, &network())
        .environment("HTTPS_PROXY", "http://user:hunter 2@127.0.0.1:3128")
        .run()
        .expect(2)
        .says(&["HTTPS_PROXY", "percent-encoded"])
        .hides("hunter");
    assert!(azure.journal().is_empty());
}

#[test]
fn a_web_page_instead_of_a_token_ends_the_sign_in_at_once() {
    for service in [Service::GitHub, Service::Entra] {
        let azure = azure();
        let page = "<!DOCTYPE html><html>Welcome to the hotel</html>";
        azure.inject(Fault::status(200).with_body(page).on(service));
        Step::new(&azure, &network())
            .run()
            .expect(3)
            .says(&["web page", "captive portal"])
            .never_says(&["retrying"]);
        assert_eq!(asked(&azure, service), 1);
    }
}

/// What a stand-in for Bicep finds in `SSL_CERT_FILE`: how many certificates, and whether the file is there.
fn certificates_of_bicep(azure: &Simulator, prepare: impl Fn(Step) -> Step) -> Outcome {
    let script = "#!/bin/sh\n\
        count=$(/bin/grep -c 'BEGIN CERTIFICATE' \"$SSL_CERT_FILE\")\n\
        echo \"$SSL_CERT_FILE has ${count:-none}.\" >&2\nexit 1\n";
    let step = untrusting(azure)
        .file("main.bicep", "")
        .file("bicep", script)
        .inputs(&[("template-file", "main.bicep"), ("bicep-path", "bicep")]);
    fs::set_permissions(step.path("bicep"), fs::Permissions::from_mode(0o755)).unwrap();
    prepare(step).run().expect(2)
}

#[test]
fn bicep_trusts_the_roots_and_the_added_authorities() {
    let azure = azure();
    // Two roots, and the authority of `ca-file`.
    let roots = [
        azure.ca_file(),
        with_bad(Service::GitHub, BadCertificate::Expired).ca_file(),
    ]
    .map(|path| fs::read_to_string(path).unwrap());
    let with_roots = |step: Step| {
        let step = step.file("roots.pem", roots.concat());
        let path = step.path("roots.pem").display().to_string();
        step.environment("SSL_CERT_FILE", &path)
    };
    let alone = certificates_of_bicep(&azure, with_roots);
    alone.says(&["/roots.pem has 2."]);
    let more = certificates_of_bicep(&azure, |step| {
        let other = with_bad(Service::GitHub, BadCertificate::Expired);
        with_roots(step)
            .file("corp.pem", authority(&other))
            .input(CA_FILE, "corp.pem")
    });
    let more = more.says(&[" has 3."]).never_says(&["/roots.pem has"]);
    let (_, path) = more.log.split_once("/long-deploy-").unwrap();
    let name = format!("long-deploy-{}", path.split(' ').next().unwrap());
    let left = std::env::temp_dir().join(name);
    assert!(
        !Path::new(&left).exists(),
        "{} is left behind",
        left.display()
    );
}

#[test]
fn a_post_step_whose_certificates_are_gone_says_so() {
    let azure = azure();
    let step = |azure: &Simulator| untrusting(azure).input(CA_FILE, "corp.pem");
    let killed = step(&azure).file("corp.pem", authority(&azure)).killed();
    step(&azure).after(&killed).run().expect(0).says(&[
        "what became of",
        "is not known",
        "corp.pem",
    ]);
    let again = step(&azure).file("corp.pem", authority(&azure));
    again
        .after(&killed)
        .run()
        .expect(0)
        .never_says(&["is not known"]);
}

#[test]
fn a_download_of_bicep_is_not_repeated_where_the_network_is_in_the_way() {
    let azure = azure();
    let proxy = Proxy::start();
    Step::new(&azure, &json!({}))
        .file("main.bicep", "")
        .inputs(&[("template-file", "main.bicep"), ("bicep-version", "0.30.3")])
        .environment("HTTPS_PROXY", &proxy.address)
        .run()
        .expect(6)
        .says(&[
            "Bicep could not be downloaded; nothing was deployed",
            "HTTP 407",
            "bicep-path",
        ]);
    assert_eq!(proxy.asked(), 1);
}
