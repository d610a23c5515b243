//! The resources that a template declares, loops unrolled and children lifted out of parents.

use serde_json::Value;

use crate::{
    arm::scope::{Scope, provider_path},
    template::{
        Result, TemplateError,
        evaluate::{Evaluator, Locals},
        repetitions,
    },
};

/// The type of nested deployments.
pub(crate) const DEPLOYMENTS: &str = "Microsoft.Resources/deployments";

/// One instance of a declared resource.
#[derive(Debug)]
pub(crate) struct Declared<'a> {
    pub(crate) raw: &'a Value,
    pub(crate) symbolic_name: Option<String>,
    pub(crate) repetition: Option<Repetition>,
    pub(crate) locals: Locals,
    pub(crate) kind: String,
    pub(crate) name: String,
    pub(crate) id: String,
    /// Where a nested deployment goes.
    pub(crate) target: Scope,
    /// False where the condition is not met.
    pub(crate) enabled: bool,
    /// Only read, not deployed.
    pub(crate) existing: bool,
}

/// The place of an instance in its copy loop.
#[derive(Debug, Clone)]
pub(crate) struct Repetition {
    pub(crate) name: String,
    pub(crate) index: i64,
    /// How many run at a time, where the loop says so.
    pub(crate) batch: Option<i64>,
}

impl Declared<'_> {
    pub(crate) fn is_deployment(&self) -> bool {
        self.kind.eq_ignore_ascii_case(DEPLOYMENTS)
    }

    /// How errors name it: by its id, or by its place in the template if it has none.
    pub(crate) fn target_of_errors(&self) -> String {
        match (self.extension(), &self.symbolic_name) {
            (Some(_), Some(symbol)) => format!("/resources/{symbol}"),
            _ => self.id.clone(),
        }
    }

    /// The extension of Bicep whose resource it is.
    pub(crate) fn extension(&self) -> Option<&str> {
        extension(self.raw)
    }
}

/// Unrolls the resources of a template.
pub(crate) struct Declarations<'a> {
    pub(crate) evaluator: Evaluator<'a>,
    pub(crate) scope: &'a Scope,
    pub(crate) found: Vec<Declared<'a>>,
}

impl<'a> Declarations<'a> {
    /// Reads `resources`, be it an array or an object by symbolic name.
    pub(crate) fn read(&mut self, resources: &'a Value, locals: &Locals) -> Result<()> {
        self.section(resources, None, locals)
    }

    fn section(
        &mut self,
        resources: &'a Value,
        parent: Option<(&str, &str)>,
        locals: &Locals,
    ) -> Result<()> {
        match resources {
            Value::Object(named) => named
                .iter()
                .try_for_each(|(symbol, raw)| self.resource(raw, Some(symbol), parent, locals)),
            Value::Array(list) => list
                .iter()
                .try_for_each(|raw| self.resource(raw, None, parent, locals)),
            _ => Ok(()),
        }
    }

    fn resource(
        &mut self,
        raw: &'a Value,
        symbol: Option<&str>,
        parent: Option<(&str, &str)>,
        locals: &Locals,
    ) -> Result<()> {
        let Some(copy) = raw.get("copy").filter(|copy| copy.is_object()) else {
            return self.instance(raw, symbol, None, parent, locals);
        };
        let count = repetitions(&self.evaluator, &copy["count"], locals)?;
        let name = self.evaluator.value(&copy["name"], locals)?;
        let name = name.as_str().or(symbol).unwrap_or_default().to_owned();
        let serial = copy["mode"]
            .as_str()
            .is_some_and(|mode| mode.eq_ignore_ascii_case("serial"));
        let batch = serial.then(|| copy["batchSize"].as_i64().unwrap_or(1).max(1));
        for index in 0..count {
            let repetition = Repetition {
                name: name.clone(),
                index,
                batch,
            };
            let locals = locals.with_loop(&name, index);
            self.instance(raw, symbol, Some(repetition), parent, &locals)?;
        }
        Ok(())
    }

    fn instance(
        &mut self,
        raw: &'a Value,
        symbol: Option<&str>,
        repetition: Option<Repetition>,
        parent: Option<(&str, &str)>,
        locals: &Locals,
    ) -> Result<()> {
        let enabled = match raw.get("condition") {
            Some(condition) => self.evaluator.value(condition, locals)? != false,
            None => true,
        };
        let existing = raw["existing"] == true;
        let place = self.place(raw, symbol, parent, locals);
        let (kind, name, id, target) = match place {
            Ok(place) => place,
            // What is not deployed may be named by what does not exist.
            Err(_) if !enabled || existing => Default::default(),
            Err(error) => return Err(self.unprocessable(raw, symbol, &error)),
        };
        self.found.push(Declared {
            raw,
            symbolic_name: symbol.map(str::to_owned),
            repetition,
            locals: locals.clone(),
            kind: kind.clone(),
            name: name.clone(),
            id,
            target,
            enabled,
            existing,
        });
        match raw.get("resources") {
            Some(children) if enabled => self.section(children, Some((&kind, &name)), locals),
            _ => Ok(()),
        }
    }

    fn place(
        &self,
        raw: &Value,
        symbol: Option<&str>,
        parent: Option<(&str, &str)>,
        locals: &Locals,
    ) -> Result<(String, String, String, Scope)> {
        let own_kind = raw["type"].as_str().unwrap_or_default();
        let own_name = match self.evaluator.value(&raw["name"], locals)? {
            Value::String(name) => name,
            // Resources of Bicep extensions need no name.
            _ => symbol.unwrap_or_default().to_owned(),
        };
        let (kind, name) = match parent {
            Some((kind, name)) => (format!("{kind}/{own_kind}"), format!("{name}/{own_name}")),
            None => (own_kind.to_owned(), own_name),
        };
        if extension(raw).is_none() && kind.split('/').count() != name.split('/').count() + 1 {
            return Err(TemplateError(format!(
                "The template resource '{name}' for type '{kind}' has incorrect segment lengths. A nested resource type must have identical number of segments as its resource name. A root resource type must have segment length one greater than its resource name. Please see https://aka.ms/arm-syntax-resources for usage details."
            )));
        }
        let target = self.target(raw, locals)?;
        let id = if kind.eq_ignore_ascii_case(DEPLOYMENTS) {
            target.deployment_id(&name)
        } else {
            format!(
                "{}{}",
                self.base(raw, &kind, locals)?,
                resource_path(&kind, &name)
            )
        };
        Ok((kind, name, id, target))
    }

    /// Where a nested deployment goes: `scope`, or `subscriptionId` and `resourceGroup`.
    fn target(&self, raw: &Value, locals: &Locals) -> Result<Scope> {
        let text = |key: &str| -> Result<Option<String>> {
            let Some(value) = raw.get(key) else {
                return Ok(None);
            };
            Ok(self
                .evaluator
                .value(value, locals)?
                .as_str()
                .map(str::to_owned))
        };
        if let Some(scope) = text("scope")?.as_deref().and_then(Scope::parse) {
            return Ok(scope);
        }
        let (subscription, group) = (text("subscriptionId")?, text("resourceGroup")?);
        let own = self.scope.subscription().map(str::to_owned);
        Ok(match (subscription, group) {
            (None, None) => self.scope.clone(),
            (Some(subscription), None) => Scope::Subscription(subscription),
            (subscription, Some(group)) => {
                let subscription = subscription.or(own).unwrap_or_default();
                Scope::ResourceGroup {
                    subscription,
                    group,
                }
            }
        })
    }

    /// What an id starts with.
    fn base(&self, raw: &Value, kind: &str, locals: &Locals) -> Result<String> {
        if let Some(scope) = raw.get("scope") {
            let scope = self.evaluator.value(scope, locals)?;
            let scope = scope.as_str().unwrap_or_default();
            return Ok(match Scope::parse(scope) {
                Some(known) => known.id(),
                None if scope.starts_with('/') => scope.trim_end_matches('/').to_owned(),
                None => format!("{}{}", self.scope.id(), extended_path(scope)),
            });
        }
        let lower = kind.to_ascii_lowercase();
        let tenant_wide = [
            "microsoft.management/managementgroups",
            "microsoft.subscription/",
        ];
        if tenant_wide.iter().any(|prefix| lower.starts_with(prefix)) {
            return Ok(String::new());
        }
        if lower == "microsoft.resources/resourcegroups" {
            let subscription = self.scope.subscription().unwrap_or_default();
            return Ok(Scope::Subscription(subscription.to_owned()).id());
        }
        Ok(self.scope.id())
    }

    fn unprocessable(
        &self,
        raw: &Value,
        symbol: Option<&str>,
        error: &TemplateError,
    ) -> TemplateError {
        let name = symbol.or(raw["name"].as_str()).unwrap_or_default();
        TemplateError(format!(
            "The template resource '{name}' at line '1' and column '1' is not valid: {error}. Please see https://aka.ms/arm-functions for usage details."
        ))
    }
}

fn extension(raw: &Value) -> Option<&str> {
    let extension = raw.get("import").or_else(|| raw.get("extension"));
    extension.and_then(Value::as_str)
}

fn resource_path(kind: &str, name: &str) -> String {
    if kind.eq_ignore_ascii_case("Microsoft.Resources/resourceGroups") {
        return format!("/resourceGroups/{name}");
    }
    provider_path(kind, name)
}

/// The path of a resource named as `Microsoft.Storage/storageAccounts/name`.
fn extended_path(text: &str) -> String {
    format!("/providers/{text}")
}
