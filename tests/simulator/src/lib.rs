//! An Azure on loopback: GitHub's id tokens, Entra ID, Azure Resource Manager deployments, a registry
//! of Bicep modules and a collector of traces, over TLS, with a clock that runs faster than the real one.
//!
//! It is strict where the real one is strict, so that a client that works here works there, and
//! it can be made to fail in the ways the real one fails ([`Fault`], [`Options`]).
//!
//! ```no_run
//! use azure_simulator::{Options, Simulator};
//!
//! // Two simulated minutes in a real second.
//! let azure = Simulator::start(Options { time_scale: 120.0, ..Options::default() });
//! let environment = azure.environment();
//! ```
//!
//! Requests come in through the door (TLS, journal, faults, compression) and reach one of the services.
//! A submitted template is planned at once: its expressions are evaluated, its loops unrolled,
//! its nested deployments followed. What a deployment looks like at any moment is then a pure
//! function of its plan, its cancellations and the clock.

mod arm;
mod azure_devops;
mod clock;
mod collector;
mod compression;
mod digest;
mod door;
mod entra;
mod fault;
mod faulty;
mod github;
mod gitlab;
mod journal;
mod jwt;
mod options;
mod pattern;
mod plan;
mod registry;
mod reply;
mod simulator;
mod snapshot;
mod template;
mod tls;
pub mod traces;
pub mod waterfall;
mod witness;
mod world;

pub use self::{
    azure_devops::SERVICE_CONNECTION,
    fault::Fault,
    journal::{Exchange, PresentedAssertion, Service},
    options::{BadCertificate, Bucket, Gap, Options, Pace, ResourceFailure, Throttle},
    plan::timeline::State,
    simulator::Simulator,
    snapshot::{ResourceSnapshot, Snapshot},
    witness::Witness,
};

/// The only tenant.
pub const TENANT_ID: &str = "7e4a1d5c-0b1f-4a53-9d6e-2f60c1b0a001";
/// The only application.
pub const CLIENT_ID: &str = "0f8fad5b-d9cb-469f-a165-70867728a002";
/// The object id of the application's service principal.
pub const OBJECT_ID: &str = "c56a4180-65aa-42ec-a945-5fd21dec0003";
/// The subscription that exists unless options say otherwise.
pub const SUBSCRIPTION_ID: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c0004";
/// The application's client secret unless options say otherwise.
pub const SECRET: &str = "simulated~secret.8Q~Zk1vN0p";
/// The resource group that exists unless options say otherwise.
pub const RESOURCE_GROUP: &str = "rg-hub";
/// A management group.
pub const MANAGEMENT_GROUP: &str = "mg-landing-zones";
/// Where resource groups are that nobody placed.
pub const LOCATION: &str = "westeurope";
/// The audience of assertions for Entra ID.
pub const AUDIENCE: &str = "api://AzureADTokenExchange";
