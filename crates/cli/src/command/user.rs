//! `lifeloom user`: people who sign in, and programs that hold tokens.

use crate::command::people;
use crate::console::Console;
use crate::failure::Failure;
use crate::place::Place;
use chrono::TimeDelta;
use clap::{Args, Subcommand};
use engine::Engine;
use engine::handover::Order;
use engine::identity::password;
use engine::records::Command;
use plan::Precondition;
use serde_json::{Map, json};
use std::sync::Arc;

/// Options of `user`.
#[derive(Debug, Args)]
pub struct User {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Add a user; prints a one-time password unless one is given
    #[command(after_help = "Example:\n  lifeloom user add chen.jie --name 陈洁 --department SALES \\\n    \
        --manager zhao.min --roles crm.sales_manager")]
    Add(Add),
    /// Give a user a new password; all sessions of the user end
    #[command(after_help = "Examples:\n  lifeloom user password chen.jie\n  \
        printf %s \"$NEW\" | lifeloom user password chen.jie --password-stdin")]
    Password(Password),
    /// Print an API token for a user
    #[command(after_help = "Example:\n  lifeloom user token chen.jie --label nightly-import --days 90")]
    Token(Token),
    /// List users with their roles
    #[command(after_help = "Example:\n  lifeloom user list --format json")]
    List(List),
    /// Give a user roles, or take them away
    Role(Role),
    /// Hand the records and tasks of somebody who leaves to another user
    #[command(after_help = "Example:\n  lifeloom user handover chen.jie --to zhao.min --deactivate --yes")]
    Handover(Handover),
}

#[derive(Debug, Args)]
struct Handover {
    /// Who leaves
    login: String,
    /// Who goes on with it
    #[arg(long, value_name = "LOGIN")]
    to: String,
    /// The leaver may no longer sign in afterwards
    #[arg(long)]
    deactivate: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct Add {
    /// What the user signs in with
    login: String,
    /// What people call the user
    #[arg(long)]
    name: String,
    /// Code of the department
    #[arg(long, value_name = "CODE")]
    department: Option<String>,
    /// Login of the manager
    #[arg(long, value_name = "LOGIN")]
    manager: Option<String>,
    /// Roles, as pack.role
    #[arg(long, value_delimiter = ',', value_name = "PACK.ROLE")]
    roles: Vec<String>,
    /// Read the password from standard input instead of making a one-time password
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct Password {
    /// Whose password
    login: String,
    /// Read the password from standard input instead of making a one-time password
    #[arg(long)]
    password_stdin: bool,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct Token {
    /// For whom the token acts
    login: String,
    /// What the token is for
    #[arg(long, default_value = "command line")]
    label: String,
    /// Only these of the user's roles [default: all]
    #[arg(long, value_delimiter = ',', value_name = "PACK.ROLE")]
    roles: Vec<String>,
    /// Days after which it ends [default: never]
    #[arg(long)]
    days: Option<u32>,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Args)]
struct Role {
    #[command(subcommand)]
    action: RoleAction,
}

#[derive(Debug, Subcommand)]
enum RoleAction {
    /// Give a user roles
    #[command(after_help = "Example:\n  lifeloom user role add chen.jie crm.sales_manager")]
    Add(Roles),
    /// Take roles from a user
    #[command(after_help = "Example:\n  lifeloom user role remove chen.jie crm.sales_manager")]
    Remove(Roles),
}

#[derive(Debug, Args)]
struct Roles {
    /// Whose roles
    login: String,
    /// The roles, as pack.role
    #[arg(required = true, value_delimiter = ',', value_name = "PACK.ROLE")]
    roles: Vec<String>,
    #[command(flatten)]
    place: Place,
}

/// Does what was asked with users.
pub async fn run(options: &User, console: &Console) -> Result<(), Failure> {
    match &options.action {
        Action::Add(options) => add(options, console).await,
        Action::Password(options) => set_password(options, console).await,
        Action::Token(options) => token(options, console).await,
        Action::List(options) => list(options, console).await,
        Action::Role(Role { action: RoleAction::Add(options) }) => add_roles(options, console).await,
        Action::Role(Role { action: RoleAction::Remove(options) }) => remove_roles(options, console).await,
        Action::Handover(options) => hand_over(options, console).await,
    }
}

async fn add(options: &Add, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    people::check_roles(&engine, &options.roles)?;
    let given = given_password(options.password_stdin, &options.login)?;
    let mut body = Map::new();
    body.insert("login".to_owned(), json!(options.login));
    body.insert("name".to_owned(), json!(options.name));
    if let Some(code) = &options.department {
        body.insert("department".to_owned(), json!({"by": {"code": code}}));
    }
    if let Some(login) = &options.manager {
        body.insert("manager".to_owned(), json!({"by": {"login": login}}));
    }
    let roles = options.roles.iter().map(|role| json!({"role": role}));
    body.insert("roles".to_owned(), roles.collect());
    let id = people::create(&engine, body.into()).await?;
    console.say(format!("added {}", options.login));
    give(&engine, id, &options.login, given, console).await
}

async fn set_password(options: &Password, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    let given = given_password(options.password_stdin, &options.login)?;
    let user = people::user(&engine, &options.login).await?;
    give(&engine, user.id, &options.login, given, console).await
}

/// The password on standard input, checked before anything is changed.
fn given_password(from_stdin: bool, login: &str) -> Result<Option<String>, Failure> {
    if !from_stdin {
        return Ok(None);
    }
    let mut text = String::new();
    let read = std::io::stdin().read_line(&mut text);
    read.map_err(|error| Failure::Usage(format!("the password could not be read: {error}")))?;
    let text = text.trim_end_matches(['\r', '\n']).to_owned();
    password::check_strength(&text, login)?;
    Ok(Some(text))
}

/// Sets the given password, or a new one for one use, which is printed.
async fn give(
    engine: &Engine,
    id: uuid::Uuid,
    login: &str,
    given: Option<String>,
    console: &Console,
) -> Result<(), Failure> {
    let one_time = given.is_none();
    let chosen = given.unwrap_or_else(password::generate);
    engine.set_password(id, login, &chosen, one_time).await?;
    let shown = one_time.then_some(chosen);
    console.answer(&json!({"ok": true, "login": login, "id": id, "one_time_password": shown}));
    match shown {
        Some(shown) => {
            console.say(format!("one-time password of {login}, to be changed at the first sign-in: {shown}"))
        }
        None => console.say(format!("the password of {login} is set")),
    }
    Ok(())
}

async fn token(options: &Token, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    people::check_roles(&engine, &options.roles)?;
    let user = people::user(&engine, &options.login).await?;
    let roles: Vec<Arc<str>> = options.roles.iter().map(|role| Arc::from(role.as_str())).collect();
    let life = options.days.map(|days| TimeDelta::days(i64::from(days)));
    let token =
        engine.make_token(user.id, &options.label, (!roles.is_empty()).then_some(roles), life).await?;
    console.answer(&json!({"ok": true, "login": options.login, "token": token}));
    // Nothing but the token, so that a script can take it.
    console.say(token);
    Ok(())
}

async fn list(options: &List, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    let users = people::users(&engine, &[]).await?;
    let shown = users.iter().map(|user| {
        let roles: Vec<&str> = user.roles.iter().map(|role| role.role.as_str()).collect();
        let department = user.department.as_ref().and_then(|department| department.title.as_deref());
        json!({"login": user.login, "name": user.name, "active": user.active, "department": department, "roles": roles})
    });
    console.answer(&json!({"ok": true, "users": shown.collect::<Vec<_>>()}));
    let widest = users.iter().map(|user| user.login.chars().count()).max().unwrap_or(0);
    for user in &users {
        let roles: Vec<&str> = user.roles.iter().map(|role| role.role.as_str()).collect();
        let department = user.department.as_ref().and_then(|d| d.title.as_deref()).unwrap_or("-");
        let resting = if user.active == Some(false) { "  (not active)" } else { "" };
        console.say(format!(
            "{:widest$}  {}  {department}  {}{resting}",
            user.login,
            user.name,
            roles.join(",")
        ));
    }
    Ok(())
}

async fn add_roles(options: &Roles, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    people::check_roles(&engine, &options.roles)?;
    let user = people::user(&engine, &options.login).await?;
    for role in options.roles.iter().filter(|role| !user.roles.iter().any(|has| has.role == **role)) {
        let body = json!({"user": user.id, "role": role});
        engine
            .write(&engine.system(), Command::Create { object: "base.role_assignment".into(), body })
            .await?;
    }
    shown_roles(&engine, &options.login, console).await
}

async fn remove_roles(options: &Roles, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    let user = people::user(&engine, &options.login).await?;
    for role in user.roles.iter().filter(|has| options.roles.contains(&has.role)) {
        let precondition = Precondition::Waived;
        let command = Command::Delete { object: "base.role_assignment".into(), id: role.id, precondition };
        engine.write(&engine.system(), command).await?;
    }
    shown_roles(&engine, &options.login, console).await
}

async fn hand_over(options: &Handover, console: &Console) -> Result<(), Failure> {
    let engine = options.place.published().await?;
    let (from, to) =
        (people::user(&engine, &options.login).await?, people::user(&engine, &options.to).await?);
    let question =
        format!("Hand everything of {} ({}) to {} ({})?", from.login, from.name, to.login, to.name);
    console.confirm(&question, options.yes)?;
    let order = Order { from: from.id, to: to.id, deactivate: options.deactivate };
    let progress = console.progress("handed over", 0);
    let done = engine.hand_over_now(&engine.system(), &order, &|count| progress.at(count, count)).await?;
    progress.end();
    console.answer(&json!({"ok": done.failed.is_empty(), "records": done.records, "tasks": done.tasks, "failed": done.failed}));
    for (object, count) in &done.records {
        console.say(format!("{object}: {count}"));
    }
    console.say(format!("approvals: {}", done.tasks));
    for failed in &done.failed {
        console.say(format!("not handed over: {failed}"));
    }
    Ok(())
}

async fn shown_roles(engine: &Engine, login: &str, console: &Console) -> Result<(), Failure> {
    let user = people::user(engine, login).await?;
    let roles: Vec<&str> = user.roles.iter().map(|role| role.role.as_str()).collect();
    console.answer(&json!({"ok": true, "login": login, "roles": roles}));
    console
        .say(format!("{login}: {}", if roles.is_empty() { "no roles".to_owned() } else { roles.join(", ") }));
    Ok(())
}
