//! Runs the simulator in the foreground, for trying things by hand, or measures the program against it.

mod bench;

use std::{
    io::{self, Write},
    process::ExitCode,
    thread::park,
};

use azure_simulator::{
    CLIENT_ID, Options, RESOURCE_GROUP, SECRET, SUBSCRIPTION_ID, Simulator, TENANT_ID,
};

const USAGE: &str = "\
azure-simulator: an Azure on loopback

Usage: azure-simulator [--address IP] [--time-scale N] [--resource-group NAME]...
       azure-simulator bench [--only SUBJECT] [--build] [--help]

  --address IP            where it listens, and its name (default: loopback, as localhost)
  --time-scale N          simulated seconds in a real second (default 60)
  --resource-group NAME   a resource group that exists besides the default one
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(("bench", words)) = arguments
        .split_first()
        .map(|(first, rest)| (first.as_str(), rest))
    {
        return bench::main(words);
    }
    let Some(options) = options(&arguments) else {
        // Nothing is left to do when even the usage cannot be written.
        let _ = io::stderr().write_all(USAGE.as_bytes());
        return ExitCode::from(2);
    };
    let azure = Simulator::start(options);
    if io::stdout()
        .write_all(environment(&azure).as_bytes())
        .is_err()
    {
        return ExitCode::FAILURE;
    }
    loop {
        park();
    }
}

fn options(arguments: &[String]) -> Option<Options> {
    let mut options = Options {
        time_scale: 60.0,
        ..Options::default()
    };
    for pair in arguments.chunks(2) {
        match pair {
            [option, value] if option == "--time-scale" => {
                let scale = value.parse().ok();
                options.time_scale =
                    scale.filter(|scale: &f64| scale.is_finite() && *scale > 0.0)?;
            }
            [option, value] if option == "--address" => options.address = value.parse().ok()?,
            [option, value] if option == "--resource-group" => {
                options.resource_groups.push(value.clone());
            }
            _ => return None,
        }
    }
    Some(options)
}

fn environment(azure: &Simulator) -> String {
    let own = [
        ("AZURE_TENANT_ID", TENANT_ID.to_owned()),
        ("AZURE_CLIENT_ID", CLIENT_ID.to_owned()),
        ("AZURE_SUBSCRIPTION_ID", SUBSCRIPTION_ID.to_owned()),
        ("INPUT_ENVIRONMENT", "custom".to_owned()),
        ("INPUT_RESOURCE-MANAGER-URL", azure.resource_manager_url()),
        ("INPUT_AUTHORITY-URL", azure.authority_url()),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value));
    let lines = own.into_iter().chain(azure.environment());
    let lines: String = lines
        .map(|(name, value)| format!("{name}={value}\n"))
        .collect();
    format!("{lines}# client secret: {SECRET}\n# resource group: {RESOURCE_GROUP}\n")
}
