//! Expressions and what they come to.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use serde_json::{Value, json};

use super::*;
use crate::{
    arm::scope::Scope,
    template::environment::{Environment, Facts},
};

fn environment(scope: Scope) -> Environment {
    let facts = Facts {
        now: "2026-04-09T17:14:22.0409673Z".parse().unwrap(),
        resource_manager: "https://localhost:1".to_owned(),
        authority: "https://localhost:2".to_owned(),
        seed: 1,
        guids: Cell::new(0),
        group_locations: RefCell::default(),
    };
    let template = json!({
        "contentVersion": "1.0.0.0",
        "variables": {
            "copy": [{"name": "looped", "count": 3, "input": "[concat('v', copyIndex('looped', 1))]"}],
            "one": "[variables('two')]",
            "two": {"copy": [{"name": "list", "count": "[parameters('count')]", "input": "[copyIndex('list')]"}], "plain": "[[text]"},
            "circle": "[variables('circle')]",
        },
        "functions": [{"namespace": "contoso", "members": {"twice": {
            "parameters": [{"name": "text", "type": "string"}],
            "output": {"type": "string", "value": "[concat(parameters('text'), parameters('text'))]"},
        }}}],
    });
    let mut environment = Environment::new(
        Rc::new(facts),
        "main",
        scope,
        Some("westeurope".to_owned()),
        Rc::new(template),
    );
    environment.parameters.insert("count".to_owned(), json!(2));
    environment.parameters.insert(
        "object".to_owned(),
        json!({"Name": {"Inner": [1, 2]}, "b": 1}),
    );
    environment
}

fn evaluated(text: &str) -> Result<Value> {
    let scope = Scope::ResourceGroup {
        subscription: "sub".to_owned(),
        group: "rg".to_owned(),
    };
    let environment = environment(scope);
    let value = Value::String(format!("[{text}]"));
    Evaluator::new(&environment, &NoReferences).value(&value, &Locals::default())
}

fn check(table: &[(&str, Value)]) {
    for (text, expected) in table {
        assert_eq!(evaluated(text).as_ref(), Ok(expected), "{text}");
    }
}

#[test]
fn strings() {
    check(&[
        ("concat('a', 1, true())", json!("a1True")),
        (
            "format('{0}-{1:000}-{2:D2}-{{x}}', 'a', 7, 3)",
            json!("a-007-03-{x}"),
        ),
        ("toLower(toUpper('aB'))", json!("ab")),
        ("replace('a-b-c', '-', '')", json!("abc")),
        (
            "split('a,b;c', createArray(',', ';'))",
            json!(["a", "b", "c"]),
        ),
        ("join(createArray('a', 1), '/')", json!("a/1")),
        ("substring('abcdef', 2, 3)", json!("cde")),
        ("substring('abcdef', 4)", json!("ef")),
        ("trim('  a ')", json!("a")),
        ("startsWith('ABC', 'ab')", json!(true)),
        ("endsWith('abc', 'd')", json!(false)),
        ("indexOf('abcabc', 'C')", json!(2)),
        ("lastIndexOf('abcabc', 'b')", json!(4)),
        ("padLeft('7', 3, '0')", json!("007")),
        ("base64('one')", json!("b25l")),
        ("base64ToString('b25l')", json!("one")),
        ("base64ToJson(base64('{\"a\":1}'))", json!({"a": 1})),
        (
            "uri('https://a/b/c.json', 'd.json')",
            json!("https://a/b/d.json"),
        ),
        ("uriComponent('a b/c')", json!("a%20b%2Fc")),
        ("uriComponentToString('a%20b%2Fc+d')", json!("a b/c+d")),
        ("string(createObject('a', 1))", json!("{\"a\":1}")),
        ("json('{''a'': [1]}')", json!({"a": [1]})),
        ("first('abc')", json!("a")),
        ("take('abc', 2)", json!("ab")),
        ("skip('abc', 2)", json!("c")),
        ("length('abc')", json!(3)),
    ]);
}

#[test]
fn collections() {
    check(&[
        (
            "union(createArray(1, 2), createArray(2, 3))",
            json!([1, 2, 3]),
        ),
        (
            "union(createObject('a', createObject('x', 1)), createObject('a', createObject('y', 2)))",
            json!({"a": {"x": 1, "y": 2}}),
        ),
        (
            "intersection(createArray(1, 2), createArray(2, 3))",
            json!([2]),
        ),
        ("range(2, 3)", json!([2, 3, 4])),
        (
            "flatten(createArray(createArray(1), createArray(2, 3)))",
            json!([1, 2, 3]),
        ),
        (
            "shallowMerge(createArray(createObject('a', 1), createObject('a', 2)))",
            json!({"a": 2}),
        ),
        (
            "items(createObject('b', 1, 'a', 2))",
            json!([{"key": "a", "value": 2}, {"key": "b", "value": 1}]),
        ),
        (
            "objectKeys(createObject('b', 1, 'a', 2))",
            json!(["b", "a"]),
        ),
        ("contains(createObject('A', 1), 'a')", json!(true)),
        ("contains(createArray('a'), 'A')", json!(false)),
        ("last(createArray(1, 2))", json!(2)),
        ("first(createArray())", json!(null)),
        ("empty(null())", json!(true)),
        ("tryGet(parameters('object'), 'name', 'inner', 1)", json!(2)),
        ("tryGet(parameters('object'), 'none', 'inner')", json!(null)),
        ("array('a')", json!(["a"])),
    ]);
}

#[test]
fn numbers_and_logic() {
    check(&[
        ("add(1, mul(2, sub(7, 4)))", json!(7)),
        ("div(7, 2)", json!(3)),
        ("mod(7, 2)", json!(1)),
        ("min(3, 1, 2)", json!(1)),
        ("max(createArray(3, 1, 2))", json!(3)),
        ("int('12')", json!(12)),
        ("bool('TRUE')", json!(true)),
        ("equals(createArray(1), createArray(1))", json!(true)),
        ("greaterOrEquals('b', 'a')", json!(true)),
        ("less(2, 1)", json!(false)),
        ("if(true(), 'a', div(1, 0))", json!("a")),
        ("and(true(), not(false()))", json!(true)),
        ("or(false(), true(), div(1, 0))", json!(true)),
        ("coalesce(null(), 'a', div(1, 0))", json!("a")),
    ]);
}

#[test]
fn lambdas() {
    check(&[
        (
            "map(range(0, 2), lambda('i', add(lambdaVariables('i'), 1)))",
            json!([1, 2]),
        ),
        (
            "filter(createArray('a', 'b'), lambda('x', equals(lambdaVariables('x'), 'b')))",
            json!(["b"]),
        ),
        (
            "sort(createArray(2, 3, 1), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))",
            json!([1, 2, 3]),
        ),
        (
            "reduce(range(1, 4), 0, lambda('sum', 'n', add(lambdaVariables('sum'), lambdaVariables('n'))))",
            json!(10),
        ),
        (
            "toObject(createArray('a'), lambda('x', lambdaVariables('x')), lambda('x', length(lambdaVariables('x'))))",
            json!({"a": 1}),
        ),
        (
            "groupBy(createArray('aa', 'b', 'cc'), lambda('x', string(length(lambdaVariables('x')))))",
            json!({"2": ["aa", "cc"], "1": ["b"]}),
        ),
        (
            "mapValues(createObject('a', 1), lambda('v', add(lambdaVariables('v'), 1)))",
            json!({"a": 2}),
        ),
        (
            "map(createArray('x'), lambda('e', 'i', format('{0}{1}', lambdaVariables('e'), lambdaVariables('i'))))",
            json!(["x0"]),
        ),
    ]);
}

#[test]
fn places_and_ids() {
    let vnet = "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/v";
    check(&[
        (
            "resourceGroup().id",
            json!("/subscriptions/sub/resourceGroups/rg"),
        ),
        ("subscription().subscriptionId", json!("sub")),
        ("deployment().name", json!("main")),
        ("environment().suffixes.storage", json!("core.windows.net")),
        (
            "resourceId('Microsoft.Network/virtualNetworks', 'v')",
            json!(vnet),
        ),
        (
            "resourceId('Microsoft.Network/virtualNetworks/subnets', 'v', 's')",
            json!(format!("{vnet}/subnets/s")),
        ),
        (
            "resourceId('other', 'Microsoft.Network/virtualNetworks', 'v')",
            json!(
                "/subscriptions/sub/resourceGroups/other/providers/Microsoft.Network/virtualNetworks/v"
            ),
        ),
        (
            "resourceId('s2', 'other', 'Microsoft.Network/virtualNetworks', 'v')",
            json!(
                "/subscriptions/s2/resourceGroups/other/providers/Microsoft.Network/virtualNetworks/v"
            ),
        ),
        (
            "subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'r')",
            json!("/subscriptions/sub/providers/Microsoft.Authorization/roleDefinitions/r"),
        ),
        (
            "tenantResourceId('Microsoft.Management/managementGroups', 'm')",
            json!("/providers/Microsoft.Management/managementGroups/m"),
        ),
        (
            "managementGroupResourceId('m', 'Microsoft.Authorization/policyDefinitions', 'p')",
            json!(
                "/providers/Microsoft.Management/managementGroups/m/providers/Microsoft.Authorization/policyDefinitions/p"
            ),
        ),
        (
            "extensionResourceId('/a/b', 'Microsoft.Authorization/locks', 'l')",
            json!("/a/b/providers/Microsoft.Authorization/locks/l"),
        ),
    ]);
}

#[test]
fn dates_and_networks() {
    check(&[
        ("utcNow()", json!("20260409T171422Z")),
        ("utcNow('yyyy-MM-dd')", json!("2026-04-09")),
        ("utcNow('o')", json!("2026-04-09T17:14:22.0409673Z")),
        (
            "dateTimeAdd(utcNow('u'), 'PT1H')",
            json!("2026-04-09T18:14:22Z"),
        ),
        (
            "dateTimeAdd('2026-01-31T00:00:00Z', 'P1M', 'd')",
            json!("2/28/2026"),
        ),
        ("dateTimeToEpoch('1970-01-02T00:00:00Z')", json!(86400)),
        ("dateTimeFromEpoch(86400)", json!("1970-01-02T00:00:00Z")),
        ("cidrSubnet('10.0.0.0/16', 24, 5)", json!("10.0.5.0/24")),
        ("cidrHost('10.0.0.0/24', 3)", json!("10.0.0.4")),
        ("parseCidr('10.0.1.7/24').network", json!("10.0.1.0")),
    ]);
}

#[test]
fn variables_loops_and_user_functions() {
    check(&[
        ("variables('looped')", json!(["v1", "v2", "v3"])),
        (
            "variables('one')",
            json!({"list": [0, 1], "plain": "[text]"}),
        ),
        ("parameters('OBJECT').NAME['inner'][0]", json!(1)),
        ("contoso.twice('ab')", json!("abab")),
    ]);
}

#[test]
fn what_only_azure_knows_becomes_a_placeholder() {
    for text in [
        "functionOfTheFuture('a')",
        "reference('x').properties.list[0].id",
        "listKeys('x', '2020-01-01').keys[0].value",
        "toLower(reference('x').name)",
        "concat('a-', reference('x').name)",
        "int(reference('x').number)",
    ] {
        let value = evaluated(text).unwrap();
        assert!(is_placeholder(&value), "{text}: {value}");
    }
}

#[test]
fn mistakes_are_errors() {
    for (text, part) in [
        (
            "parameters('none')",
            "The template parameter 'none' is not found",
        ),
        (
            "variables('none')",
            "The template variable 'none' is not found",
        ),
        ("variables('circle')", "Circular reference"),
        (
            "parameters('object').none",
            "available properties are 'Name, b'",
        ),
        ("createArray(1)[1]", "out of bounds"),
        ("copyIndex()", "not expected at this location"),
        ("managementGroup()", "not expected at this location"),
        ("toLower(1)", "expects a string"),
        ("div(1, 0)", "'div'"),
        (
            "resourceId('Microsoft.Network/virtualNetworks/subnets', 'v')",
            "requires '2'",
        ),
        ("substring('abc', 2, 5)", "index and length"),
        ("cidrSubnet('10.0.0.0/24', 16, 0)", "outside"),
        ("json('{')", "not valid JSON"),
    ] {
        let error = evaluated(text).expect_err(text).to_string();
        assert!(error.contains(part), "{text}: {error}");
    }
}
