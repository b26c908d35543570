//! What is answered at once, without a connection.

use aludel::config::DatabaseUrl;
use aludel::driver as core;

use super::host::Reply;
use super::instance::Instance;
use super::target;
use crate::abi::{op, status};
use crate::wire;

/// The operations of this library.
const OPS: [u32; 17] = [
    op::INFO,
    op::DIALECT,
    op::LEDGER,
    op::PRINT,
    op::CATALOG,
    op::ADMINISTRATION,
    op::TRANSLATE,
    op::SCHEMA,
    op::CONNECT,
    op::READ,
    op::LOCK,
    op::HOLDER,
    op::UNLOCK,
    op::SEND,
    op::QUERY,
    op::CLOSE,
    op::DELIVER,
];

/// Answers a call.
pub(super) fn answer(instance: &Instance, op: u32, head: &[u8], parts: &[&[u8]]) -> Reply {
    let answered = match op {
        op::INFO => Ok(info(instance)),
        op::DIALECT => dialect(instance, head),
        op::LEDGER => ledger(instance, head),
        op::PRINT => print(instance, head, parts),
        op::CATALOG => catalog(instance, head),
        op::ADMINISTRATION => administration(instance, head),
        op::TRANSLATE => translate(instance, head),
        op::SCHEMA => schema(instance, head),
        _ => Err(Reply::unsupported()),
    };
    answered.unwrap_or_else(|refused| refused)
}

fn read<T: serde::de::DeserializeOwned>(head: &[u8]) -> Result<T, Reply> {
    wire::read(head).map_err(Reply::bad)
}

fn info(instance: &Instance) -> Reply {
    let info = instance.driver.info();
    let schemes = info.schemes.iter().map(|(scheme, flavour)| wire::Scheme {
        scheme: (*scheme).to_owned(),
        flavour: (*flavour).to_owned(),
    });
    let floor = info
        .floor
        .iter()
        .map(|(flavour, major, minor)| wire::Floor {
            flavour: (*flavour).to_owned(),
            major: *major,
            minor: *minor,
        });
    Reply::ok(wire::write(&wire::Info {
        protocol: instance.host.protocol(),
        name: info.name.to_owned(),
        version: info.version.to_owned(),
        schemes: schemes.collect(),
        flavours: info.flavours.iter().map(|&f| f.to_owned()).collect(),
        floor: floor.collect(),
        ops: OPS.to_vec(),
    }))
}

fn dialect_of(
    instance: &Instance,
    server: wire::Server,
) -> Result<std::sync::Arc<dyn core::Dialect>, Reply> {
    let dialect = instance.dialect(server.into());
    dialect.map_err(|message| Reply::refusal(status::REFUSED, message))
}

fn dialect(instance: &Instance, head: &[u8]) -> Result<Reply, Reply> {
    let request: wire::DialectRequest = read(head)?;
    let dialect = dialect_of(instance, request.server)?;
    let constants = wire::Dialect::try_from(dialect.as_ref())
        .map_err(|word| Reply::refusal(status::REFUSED, word.to_string()))?;
    Ok(Reply::ok(wire::write(&constants)))
}

fn ledger(instance: &Instance, head: &[u8]) -> Result<Reply, Reply> {
    let request: wire::LedgerRequest = read(head)?;
    let dialect = dialect_of(instance, request.server)?;
    let texts: Vec<_> = request.texts.into_iter().map(Into::into).collect();
    let written = dialect
        .ledger(&core::LedgerRequest {
            tables: &request.tables.into(),
            by: &request.by.into(),
            setup: request.setup,
            texts: &texts,
        })
        .map_err(|error| Reply::refusal(status::REFUSED, error.message))?;
    let all = || written.setup.iter().chain(&written.texts);
    let mut reply = Reply::ok(wire::write(&wire::Written {
        setup: written.setup.len(),
        lengths: all().map(String::len).collect(),
    }));
    let texts: Vec<&str> = all().map(String::as_str).collect();
    reply.body = texts.concat().into_bytes();
    Ok(reply)
}

fn print(instance: &Instance, head: &[u8], parts: &[&[u8]]) -> Result<Reply, Reply> {
    let request: wire::PrintRequest = read(head)?;
    let dialect = dialect_of(instance, request.server)?;
    let statements = parts.iter().map(|part| std::str::from_utf8(part));
    let statements: Vec<&str> = statements.collect::<Result<_, _>>().map_err(Reply::bad)?;
    let printed = dialect
        .print_all(&statements, request.client.into())
        .map_err(|error| Reply::refusal(status::REFUSED, error.message))?;
    let mut reply = Reply::ok(wire::write(&wire::Printed {
        lengths: printed.iter().map(|text| text.len()).collect(),
    }));
    reply.body = printed.concat().into_bytes();
    Ok(reply)
}

fn translate(instance: &Instance, head: &[u8]) -> Result<Reply, Reply> {
    let request: wire::TargetRequest = wire::read_words(head).map_err(Reply::bad)?;
    let dialect = dialect_of(instance, request.server.clone())?;
    target::translate(dialect.as_ref(), &instance.mirrors, request)
}

fn schema(instance: &Instance, head: &[u8]) -> Result<Reply, Reply> {
    let request: wire::SchemaRequest = read(head)?;
    let dialect = dialect_of(instance, request.server.clone())?;
    target::schema(dialect.as_ref(), request)
}

fn url_of(head: &[u8]) -> Result<DatabaseUrl, Reply> {
    let request: wire::UrlRequest = read(head)?;
    DatabaseUrl::parse(&request.url).map_err(|error| Reply::bad(error.code()))
}

fn catalog(instance: &Instance, head: &[u8]) -> Result<Reply, Reply> {
    let catalog = instance.driver.catalog(&url_of(head)?);
    Ok(Reply::ok(wire::write(&wire::Catalog { catalog })))
}

fn administration(instance: &Instance, head: &[u8]) -> Result<Reply, Reply> {
    let by = instance.driver.administration(&url_of(head)?);
    let by = by.and_then(wire::Administration::try_from);
    let by = by.map_err(|message| Reply::refusal(status::REFUSED, message))?;
    Ok(Reply::ok(wire::write(&by)))
}
