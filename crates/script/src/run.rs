//! Compiling scripts once and calling their functions within limits.

use crate::convert::json_to_script;
use crate::host::{Host, Situation};
use crate::library::{Call, Context, Refusal};
use crate::record::{Record, to_wire};
use crate::sandbox::{Pool, Sandbox};

pub use crate::limits::Limits;
use diagnostic::{Code, Diagnostic, Result, Source, Text};
use rhai::{AST, CallFnOptions, Dynamic, EvalAltResult, Position, Scope};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

/// The stack that the deepest script within the limits may need, in bytes.
const NEEDED: usize = 8 << 20;
/// What it is given where less is left.
const STACK: usize = 16 << 20;

/// A compiled script file.
pub struct Compiled {
    /// The file's name as errors show it.
    pub file: Arc<str>,
    /// Its functions and how many parameters each takes.
    pub functions: Vec<(String, usize)>,
    ast: AST,
}

/// All scripts of a process: compiled once by content, called on engines from a pool.
pub struct Scripts {
    pool: Pool,
    limits: Limits,
    compiled: RwLock<HashMap<[u8; 32], Arc<Compiled>>>,
    runs: AtomicU64,
    failures: AtomicU64,
}

impl Scripts {
    /// With these limits.
    pub fn new(limits: Limits) -> Scripts {
        Scripts {
            pool: Pool::new(limits.clone()),
            limits,
            compiled: RwLock::new(HashMap::new()),
            runs: AtomicU64::new(0),
            failures: AtomicU64::new(0),
        }
    }

    /// What scripts may use.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Compiles a file, or answers what was compiled of the same text before.
    ///
    /// # Errors
    /// `script_error` with line and column.
    pub fn compile(&self, file: &str, text: &str) -> Result<Arc<Compiled>> {
        let key: [u8; 32] =
            Sha256::new().chain_update(file).chain_update([0]).chain_update(text).finalize().into();
        if let Some(known) = self.compiled.read().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Ok(known.clone());
        }
        let mut ast = self.pool.with(|sandbox| sandbox.engine.compile(text)).map_err(|error| {
            Box::new(
                Diagnostic::new(Code::ScriptError)
                    .with("reason", error.err_type())
                    .in_source(source(file, error.position())),
            )
        })?;
        ast.set_source(file);
        let functions = ast.iter_functions().map(|f| (f.name.to_owned(), f.params.len())).collect();
        let compiled = Arc::new(Compiled { file: file.into(), functions, ast });
        self.compiled.write().unwrap_or_else(PoisonError::into_inner).insert(key, compiled.clone());
        Ok(compiled)
    }

    /// Calls a hook `fn name(record, ctx)`. What it assigned is in the record afterwards.
    ///
    /// # Errors
    /// `hook_refused` where the script refused, `script_limit`, `script_failed` with line and column, and
    /// whatever the host answered to a call of the script.
    pub fn hook(
        &self,
        script: &Compiled,
        function: &str,
        record: &Record,
        host: Arc<dyn Host>,
        situation: Situation,
    ) -> Result<()> {
        let ctx = Context { situation, host: host.clone() };
        self.call(script, function, vec![Dynamic::from(record.clone()), Dynamic::from(ctx)], host).map(drop)
    }

    /// Calls an action `fn name(record, params, ctx)`; the answer is what the function returned, in wire form; a
    /// record is answered as `{object, id}`.
    ///
    /// # Errors
    /// As [`Scripts::hook`].
    pub fn action(
        &self,
        script: &Compiled,
        function: &str,
        record: Option<&Record>,
        parameters: &Json,
        host: Arc<dyn Host>,
    ) -> Result<Json> {
        let ctx = Context { situation: Situation::default(), host: host.clone() };
        let record = record.map_or(Dynamic::UNIT, |r| Dynamic::from(r.clone()));
        let answer =
            self.call(script, function, vec![record, json_to_script(parameters), Dynamic::from(ctx)], host)?;
        if let Some(record) = answer.read_lock::<Record>() {
            return Ok(serde_json::json!({"object": &*record.object(), "id": record.id()}));
        }
        to_wire(&answer).map_err(|reason| Box::new(failed(script, function, &reason, Position::NONE)))
    }

    /// Calls since the start, and how many of them failed or refused.
    pub fn counts(&self) -> (u64, u64) {
        (self.runs.load(Ordering::Relaxed), self.failures.load(Ordering::Relaxed))
    }

    fn call(
        &self,
        script: &Compiled,
        function: &str,
        arguments: Vec<Dynamic>,
        host: Arc<dyn Host>,
    ) -> Result<Dynamic> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        // rhai walks the tree of a script on the stack: what its limits allow may be more than a thread's usual one.
        let run = || self.pool.with(|sandbox| self.call_in(sandbox, script, function, arguments, host));
        stacker::maybe_grow(NEEDED, STACK, run).inspect_err(|_| {
            self.failures.fetch_add(1, Ordering::Relaxed);
        })
    }

    fn call_in(
        &self,
        sandbox: &Sandbox,
        script: &Compiled,
        function: &str,
        arguments: Vec<Dynamic>,
        host: Arc<dyn Host>,
    ) -> Result<Dynamic> {
        sandbox.start(host.budget().left().min(self.limits.time));
        let options = CallFnOptions::new().eval_ast(false).with_tag(Call { host: host.clone() });
        let called = sandbox.engine.call_fn_with_options::<Dynamic>(
            options,
            &mut Scope::new(),
            &script.ast,
            function,
            arguments,
        );
        let called = called.map_err(|error| Box::new(explain(script, function, *error)))?;
        // A script may catch the failure of a write, but not keep what the write began.
        host.budget().whole()?;
        Ok(called)
    }
}

fn source(file: &str, position: Position) -> Source {
    let place = |n: Option<usize>| n.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    Source { file: file.to_owned(), line: place(position.line()), column: place(position.position()) }
}

fn failed(script: &Compiled, function: &str, reason: &str, position: Position) -> Diagnostic {
    Diagnostic::new(Code::ScriptFailed)
        .with("script", format!("{}.{function}", script.file))
        .with("reason", reason)
        .in_source(source(&script.file, position))
}

/// Turns rhai's error into ours: a refusal, a limit, an error of the host that passes through, or a failure.
fn explain(script: &Compiled, function: &str, error: EvalAltResult) -> Diagnostic {
    let position = error.position();
    match error {
        // The innermost error says what happened; the outer ones only repeat who called whom.
        EvalAltResult::ErrorInFunctionCall(_, _, inner, _) => explain(script, function, *inner),
        EvalAltResult::ErrorRuntime(value, _) => match value.read_lock::<Refusal>().map(|r| r.clone()) {
            Some(refusal) => refused(refusal),
            None => match value.read_lock::<Diagnostic>().map(|d| d.clone()) {
                Some(passed) => named(script, function, passed, position),
                None => thrown(script, function, &value, position),
            },
        },
        EvalAltResult::ErrorTerminated(..)
        | EvalAltResult::ErrorTooManyOperations(_)
        | EvalAltResult::ErrorStackOverflow(_)
        | EvalAltResult::ErrorDataTooLarge(..)
        | EvalAltResult::ErrorTooManyVariables(_)
        | EvalAltResult::ErrorTooManyModules(_) => Diagnostic::new(Code::ScriptLimit)
            .with("script", format!("{}.{function}", script.file))
            .with("reason", error)
            .in_source(source(&script.file, position)),
        other => failed(script, function, &other.to_string(), position),
    }
}

/// An error of the host passes through; one of the budget learns whose it is.
fn named(script: &Compiled, function: &str, found: Diagnostic, position: Position) -> Diagnostic {
    match found.code == Code::ScriptLimit && found.source.is_none() {
        true => found
            .with("script", format!("{}.{function}", script.file))
            .in_source(source(&script.file, position)),
        false => found,
    }
}

fn refused(refusal: Refusal) -> Diagnostic {
    let text = match &refusal.message {
        Json::String(words) => Text::Plain(words.clone()),
        other => serde_json::from_value(other.clone()).unwrap_or_else(|_| Text::Plain(other.to_string())),
    };
    let found = Diagnostic::new(Code::HookRefused)
        .with("reason", text.get(diagnostic::Locale::En).unwrap_or("refused"));
    let found = found.with_message(text);
    match refusal.field {
        Some(field) => found.at(field),
        None => found,
    }
}

/// `throw "words"` and `throw #{field: "qty", message: "…"}` refuse as `refuse` does.
fn thrown(script: &Compiled, function: &str, value: &Dynamic, position: Position) -> Diagnostic {
    match to_wire(value) {
        Ok(Json::Object(mut map)) if map.contains_key("message") => refused(Refusal {
            field: map.get("field").and_then(Json::as_str).map(str::to_owned),
            message: map.remove("message").unwrap_or_default(),
        }),
        Ok(Json::String(words)) => failed(script, function, &words, position),
        _ => failed(script, function, &value.to_string(), position),
    }
}
