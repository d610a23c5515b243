//! Collectors that fail: the step stays the same, and one line says what was wrong.

use std::{
    fs,
    io::{Read, Write},
    net::TcpListener,
    thread,
    time::Duration,
};

use azure_simulator::{BadCertificate, Options};

use super::*;
use crate::step::{ACCEPTED, options};
use crate::templates::gateway;

/// The path of the simulated collector.
const PATH: &str = "/v1/traces";

fn broken(fault: Fault) -> Simulator {
    let azure = azure();
    azure.inject(fault.on(Service::Collector));
    azure
}

/// A step that gives its collector so many milliseconds, and how often the collector was asked.
fn beside(azure: &Simulator, limit: &str) -> (Outcome, usize) {
    let step = traced(azure, hub(azure, &network()));
    let outcome = step.environment("OTEL_EXPORTER_OTLP_TIMEOUT", limit).run();
    (outcome, requests(azure).len())
}

#[test]
fn a_collector_that_fails_costs_one_line_and_nothing_else() {
    let (healthy, _) = beside(&azure(), "");
    let partial = "\u{a}\u{b}\u{8}\u{2}\u{12}\u{7}too old";
    let other = Fault::redirect(302, "https://127.0.0.1:1/steal");
    for (fault, asked, words) in [
        (
            Fault::status(400).with_body("no tenant"),
            1,
            "it answered with status 400, saying no tenant",
        ),
        (Fault::status(401), 1, "check OTEL_EXPORTER_OTLP_HEADERS"),
        (Fault::status(503), 3, "it answered with status 503"),
        (
            Fault::status(429).with_retry_after(Duration::ZERO),
            3,
            "it answered with status 429",
        ),
        (Fault::hang(), 1, "it did not answer within 500 ms"),
        (Fault::reset(), 1, "could not be sent to https://localhost:"),
        (Fault::garbage(), 1, "a web page came instead of an answer"),
        (
            other,
            1,
            "it leads to another address, which is not followed",
        ),
        (
            Fault::flood(200_000),
            1,
            "the answer is longer than 65536 bytes",
        ),
        (
            Fault::status(200).with_body(partial),
            1,
            "did not take 2 of 3 spans: too old",
        ),
    ] {
        let hangs = words.contains("did not answer");
        let (outcome, times) = beside(&broken(fault), if hangs { "500" } else { "" });
        assert_eq!(gist(&outcome), gist(&healthy), "{words}\n{}", outcome.log);
        let told = told(&outcome);
        let [line] = told[..] else {
            panic!("{words}: {told:?}\n{}", outcome.log);
        };
        assert!(
            line.starts_with("::warning::") && line.contains(words),
            "{line}"
        );
        assert!(line.contains(PATH), "{line}");
        assert_eq!(times, asked, "{words}");
    }
}

#[test]
fn a_busy_collector_gets_everything_in_the_end() {
    for fault in [
        Fault::status(429)
            .with_retry_after(Duration::from_secs(4))
            .times(2),
        Fault::status(503).times(1),
    ] {
        let azure = broken(fault);
        let outcome = traced(&azure, hub(&azure, &network())).run().expect(0);
        assert_eq!(told(&outcome), [""; 0]);
        assert_eq!(azure.spans().len(), 3);
    }
}

#[test]
fn nobody_listens() {
    let azure = azure();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let endpoint = format!("http://me:hush-4711@{address}/otlp?api-key=hush-4712");
    let step = hub(&azure, &network()).environment(ENDPOINT, &endpoint);
    let outcome = step.run().expect(0);
    let told = told(&outcome);
    assert_eq!(told.len(), 1, "{told:?}");
    let place = format!(
        "the trace could not be sent to http://{address}/otlp/v1/traces: Connection refused"
    );
    assert!(told[0].contains(&place), "{}", told[0]);
    outcome.hides("hush-4711").hides("hush-4712");
}

/// A collector in the clear, which answers one request with nothing; returns its address, and what it was sent.
fn in_the_clear() -> (String, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let got = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        let head = String::from_utf8(head).unwrap().to_lowercase();
        let length = head.split("content-length: ").nth(1).unwrap();
        let length: u64 = length.split('\r').next().unwrap().parse().unwrap();
        let mut body = Vec::new();
        (&mut stream).take(length).read_to_end(&mut body).unwrap();
        assert_eq!(azure_simulator::traces::decode(&body).unwrap().len(), 3);
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
        head
    });
    (address, got)
}

#[test]
fn a_collector_in_the_clear_is_spoken_to() {
    let azure = azure();
    let (address, got) = in_the_clear();
    let endpoint = format!("http://me:hush-4711@{address}/in");
    let step = hub(&azure, &network()).environment("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", &endpoint);
    let outcome = step.run().expect(0);
    assert_eq!(told(&outcome), [""; 0]);
    let head = got.join().unwrap();
    assert!(head.starts_with("post /in http/1.1"), "{head}");
    assert!(head.contains("authorization: basic "), "{head}");
    assert!(
        head.contains("content-type: application/x-protobuf"),
        "{head}"
    );
}

#[test]
fn settings_that_cannot_be_used_cost_one_line_and_nothing_else() {
    let azure = azure();
    for (name, value, words) in [
        (
            ENDPOINT,
            "hush-4711:4318",
            "OTEL_EXPORTER_OTLP_ENDPOINT is not an address",
        ),
        (
            "OTEL_EXPORTER_OTLP_PROTOCOL",
            "grpc",
            "only http/protobuf is",
        ),
        (HEADERS, "Bearer hush-4711", "is not a list of name=value"),
        ("OTEL_TRACES_EXPORTER", "zipkin", "only otlp and none are"),
        (
            "OTEL_EXPORTER_OTLP_CERTIFICATE",
            "missing.pem",
            "the file that OTEL_EXPORTER_OTLP_CERTIFICATE names does not exist",
        ),
    ] {
        let step = traced(&azure, hub(&azure, &network())).environment(name, value);
        let outcome = step.run().expect(0);
        let told = told(&outcome);
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(
            told[0].contains("no trace is sent") && told[0].contains(words),
            "{}",
            told[0]
        );
        outcome.hides("hush-4711");
    }
    assert_eq!(requests(&azure).len(), 0);
    let odd = traced(&azure, hub(&azure, &network()));
    let odd = odd
        .environment("OTEL_RESOURCE_ATTRIBUTES", "nonsense")
        .run()
        .expect(0);
    odd.says(&["::warning::OTEL_RESOURCE_ATTRIBUTES is not a list"]);
    assert_eq!(azure.spans().len(), 3, "it is sent all the same");
}

#[test]
fn a_file_of_authorities_is_for_the_collector_alone() {
    let azure = azure();
    let other = azure_simulator::Simulator::start(options());
    let step = || hub(&azure, &network()).environment(ENDPOINT, &other.collector_url());
    let outcome = step().run().expect(0);
    let told = told(&outcome);
    assert!(
        told.len() == 1 && told[0].contains("not issued by a trusted authority"),
        "{told:?}"
    );
    let authority = fs::read_to_string(other.ca_file()).unwrap();
    let step = step().file("corp.pem", authority);
    step.environment("OTEL_EXPORTER_OTLP_CERTIFICATE", "corp.pem")
        .run()
        .expect(0);
    assert_eq!(other.spans().len(), 3);
}

#[test]
fn a_bad_certificate_is_not_accepted() {
    let azure = Simulator::start(Options {
        bad_certificates: vec![(Service::Collector, BadCertificate::OtherName)],
        ..options()
    });
    let outcome = traced(&azure, hub(&azure, &network())).run().expect(0);
    let told = told(&outcome);
    assert!(
        told.len() == 1 && told[0].contains("another host name"),
        "{told:?}"
    );
    assert_eq!(azure.spans().len(), 0);
}

#[test]
fn a_cancelled_step_does_not_wait_for_its_collector() {
    let azure = broken(Fault::hang());
    let outcome = traced(&azure, hub(&azure, &gateway()))
        .start()
        .until(ACCEPTED);
    let outcome = outcome.signal("INT").outcome().expect(5);
    let told = told(&outcome);
    assert!(
        told.len() == 1 && told[0].contains("the run was cancelled"),
        "{told:?}"
    );
    assert!(outcome.summary.contains("cancelled"), "{}", outcome.summary);
}
