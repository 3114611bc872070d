//! Every address on one page.

pub mod session;

pub mod account;

pub mod users;

pub mod records;

pub mod writes;

pub mod conversation;

pub mod flows;

pub mod inbox;

pub mod instances;

pub mod migration;

mod trials;

pub mod decisions;

pub mod files;

pub mod download;

pub mod definitions;

pub mod calendars;

pub mod connectors;
pub mod webhooks;

pub mod mailboxes;

pub mod packs;

pub mod jobs;

pub mod audit;

pub mod effects;
pub mod events;
pub mod metrics;

pub mod transfers;

pub mod site;

pub mod pages;

use crate::metrics::Route;
use crate::problem::Problem;
use actix_web::http::Method;
use actix_web::{FromRequest, Handler, HttpRequest, Resource, Responder, web};
use diagnostic::{Code, Diagnostic};

/// Puts all routes into an app.
pub fn configure(app: &mut web::ServiceConfig) {
    app.service(at("/").get(site::root).done());
    app.service(at("/healthz").get(site::health).done());
    app.service(at("/readyz").get(site::ready).done());
    app.service(at("/metrics").get(metrics::scrape).done());
    app.service(web::scope("/api/v1").configure(api));
    app.default_service(web::to(nowhere));
}

fn flows(api: &mut web::ServiceConfig) {
    api.service(at("/workflows/{name}/instances").post(flows::submit).done());
    api.service(at("/instances").get(instances::list).done());
    api.service(at("/instances/{id}").get(flows::instance).done());
    for act in ["suspend", "resume", "jump", "retry", "skip", "restart"] {
        api.service(at(&format!("/instances/{{id}}/{act}")).post(instances::operate).done());
    }
    api.service(at("/instances/{id}/jump-targets").get(instances::jump_targets).done());
    api.service(at("/workflows/{name}/preview").post(flows::preview).done());
    api.service(at("/workflows/{name}/simulate").post(trials::simulate).done());
    api.service(at("/workflows/{name}/backtest").post(trials::backtest).done());
    api.service(at("/workflows/{name}/migrate").post(migration::of_workflow).done());
    api.service(at("/instances/{id}/migrate").post(migration::of_instance).done());
    api.service(at("/instances/{id}/withdraw").post(flows::withdraw).done());
    api.service(at("/instances/{id}/cancel").post(flows::cancel).done());
    api.service(at("/workflows/stuck").get(instances::stuck).done());
    api.service(at("/workflows/bottlenecks").get(instances::bottlenecks).done());
    api.service(at("/tasks").get(inbox::list).done());
    api.service(at("/tasks/batch").post(inbox::batch).done());
    api.service(at("/instances/{id}/urge").post(flows::urge).done());
    api.service(at("/tasks/{id}").get(flows::task).done());
    api.service(at("/tasks/{id}/return-targets").get(flows::return_targets).done());
    api.service(at("/tasks/{id}/approve").post(flows::approve).done());
    api.service(at("/tasks/{id}/reject").post(flows::reject).done());
    api.service(at("/tasks/{id}/return").post(flows::give_back).done());
    api.service(at("/tasks/{id}/done").post(flows::done).done());
    for act in ["transfer", "delegate", "resolve", "add-sign", "remove-sign", "cc", "take-back"] {
        api.service(at(&format!("/tasks/{{id}}/{act}")).post(flows::seat).done());
    }
    api.service(at("/tasks/{id}/save").post(flows::save).done());
    api.service(at("/tasks/{id}/comment").post(flows::comment).done());
    api.service(at("/tasks/{id}/read").post(flows::read).done());
}

fn api(api: &mut web::ServiceConfig) {
    // Tried in this order, by a pattern each: what is asked for most stands first.
    let record = "/records/{object}/{id}";
    api.service(at("/records/{object}").get(records::list).post(writes::create).done());
    api.service(at("/records/{object}/bulk").post(writes::bulk).done());
    api.service(at("/records/{object}/single").get(records::single).patch(writes::change_single).done());
    api.service(at("/records/{object}/actions/{action}").post(writes::press_on_object).done());
    api.service(at("/records/{object}/by/{key:.+}").put(writes::upsert).done());
    api.service(at(record).get(records::one).patch(writes::change).delete(writes::delete).done());
    api.service(at(&format!("{record}/restore")).post(writes::restore).done());
    api.service(at(&format!("{record}/moves")).get(records::moves).done());
    api.service(at(&format!("{record}/moves/{{move}}")).post(writes::make_move).done());
    api.service(at(&format!("{record}/actions")).get(records::actions).done());
    api.service(at(&format!("{record}/actions/{{action}}")).post(writes::press).done());
    api.service(at(&format!("{record}/unmask")).post(records::unmask).done());
    api.service(at("/files").post(files::upload).done());
    api.service(at("/uploads").post(files::begin).done());
    api.service(at("/uploads/{id}").get(files::state).patch(files::append).delete(files::give_up).done());
    api.service(at(&format!("{record}/files/{{field}}")).get(files::of_field).done());
    api.service(at(&format!("{record}/attachments")).get(files::attachments).post(files::attach).done());
    let attachment = format!("{record}/attachments/{{attachment}}");
    api.service(at(&attachment).get(files::attachment).delete(files::detach).done());
    api.service(at(&format!("{record}/history")).get(conversation::history).done());
    api.service(at(&format!("{record}/timeline")).get(conversation::timeline).done());
    api.service(at(&format!("{record}/comments")).get(conversation::list).post(conversation::add).done());
    let comment = format!("{record}/comments/{{comment}}");
    api.service(
        at(&comment).get(conversation::one).patch(conversation::change).delete(conversation::remove).done(),
    );
    api.service(at(&format!("{record}/followers")).get(conversation::followers).done());
    api.service(
        at(&format!("{record}/followers/me")).put(conversation::follow).delete(conversation::unfollow).done(),
    );
    api.service(at(&format!("{record}/instances")).get(flows::of_record).done());
    api.service(at("/query/{object}").post(records::query).done());
    api.service(at("/search").get(records::search).done());
    api.service(at("/events").get(events::listen).done());
    api.service(at("/access/explain").get(records::explain).done());

    flows(api);
    api.service(at("/decisions/{name}/evaluate").post(decisions::evaluate).done());

    api.service(at("/definitions").get(definitions::list).done());
    api.service(at("/definitions/{kind}/{name}").get(definitions::one).done());
    api.service(at("/calendars").get(calendars::list).done());
    api.service(at("/calendars/{name}").get(calendars::days).done());
    api.service(at("/calendars/{name}/add").get(calendars::add).done());
    api.service(at("/mailboxes").get(mailboxes::list).done());
    api.service(at("/mails/{id}/release").post(mailboxes::release).done());
    api.configure(connections);
    api.service(at("/packs").get(packs::list).post(packs::install).done());
    api.service(at("/packs/{name}").delete(packs::remove).done());
    api.service(at("/packs/{name}/plan").post(packs::plan).done());
    api.service(at("/packs/{name}/upgrade").post(packs::upgrade).done());
    api.service(at("/packs/{name}/remove").post(packs::remove).done());
    api.service(at("/jobs").get(jobs::list).done());
    api.service(at("/jobs/{id}").get(jobs::one).delete(jobs::cancel).done());
    api.service(at("/audit").get(audit::list).done());
    api.service(at("/audit/verification").get(audit::verification).done());
    api.service(at("/effects").get(effects::list).done());
    api.service(at("/effects/{id}").get(effects::one).done());
    api.service(at("/effects/{id}/settle").post(effects::settle).done());
    api.service(at("/jobs/{id}/results").get(jobs::results).done());
    api.configure(files);
    api.service(at("/openapi.json").get(site::openapi).done());

    api.configure(accounts);
}

fn connections(api: &mut web::ServiceConfig) {
    api.service(at("/webhooks").get(webhooks::list).done());
    let secret = at("/webhooks/{workflow}/secret").put(webhooks::set_secret);
    api.service(secret.delete(webhooks::remove_secret).done());
    api.service(at("/webhooks/{workflow}").post(webhooks::hear).done());
    api.service(at("/connectors").get(connectors::list).done());
    api.service(at("/connectors/{name}").get(connectors::one).done());
    api.service(at("/connectors/{name}/settings").put(connectors::set).done());
    let secret = at("/connectors/{name}/secrets/{secret}").put(connectors::set_secret);
    api.service(secret.delete(connectors::remove_secret).done());
    api.service(at("/connectors/{name}/operations/{operation}/call").post(connectors::call).done());
}

fn files(api: &mut web::ServiceConfig) {
    api.service(at("/imports").get(transfers::imports).post(transfers::upload).done());
    api.service(at("/imports/{id}").get(transfers::import).delete(transfers::forget_import).done());
    api.service(at("/imports/{id}/check").post(transfers::check).done());
    api.service(at("/imports/{id}/run").post(transfers::run).done());
    api.service(at("/imports/{id}/undo").post(transfers::undo).done());
    api.service(at("/imports/{id}/lines").get(transfers::lines).done());
    api.service(at("/imports/{id}/values").get(transfers::values).done());
    api.service(at("/imports/{id}/rejected").get(transfers::rejected).done());
    api.service(at("/exports").get(transfers::exports).post(transfers::export).done());
    api.service(at("/exports/{id}").get(transfers::export_of).delete(transfers::forget_export).done());
    api.service(at("/exports/{id}/file").get(transfers::file).done());
}

fn accounts(api: &mut web::ServiceConfig) {
    api.service(at("/session").post(session::sign_in).get(session::who).delete(session::sign_out).done());
    api.service(at("/session/password").post(account::change_password).done());
    api.service(at("/session/totp").post(account::begin_totp).done());
    api.service(at("/session/totp/confirm").post(account::confirm_totp).done());
    api.service(at("/session/totp/recovery-codes").post(account::renew_codes).done());
    api.service(at("/session/totp/remove").post(account::remove_totp).done());
    api.service(at("/sessions").get(account::sessions).delete(account::end_others).done());
    api.service(at("/sessions/{id}").delete(account::end_session).done());
    api.service(at("/tokens").get(account::tokens).post(account::make_token).done());
    api.service(at("/tokens/{id}").delete(account::end_token).done());
    api.service(at("/password-reset").post(account::ask_for_reset).done());
    api.service(at("/password-reset/confirm").post(account::reset).done());

    api.service(at("/users/{id}/sessions").get(users::sessions).delete(users::end_all).done());
    api.service(at("/users/{id}/sessions/{held}").delete(users::end_session).done());
    api.service(at("/users/{id}/tokens").get(users::tokens).done());
    api.service(at("/users/{id}/tokens/{held}").delete(users::end_token).done());
    api.service(at("/users/{id}/password").post(users::give_password).done());
    api.service(at("/users/{id}/totp").delete(users::remove_totp).done());
    api.service(at("/users/{id}/handover").get(users::to_hand_over).post(users::hand_over).done());
    api.service(at("/users/{id}/account").get(users::account).done());
}

/// One address and what it takes; every other method is told so.
struct At {
    resource: Resource,
    allowed: Vec<&'static str>,
}

fn at(path: &str) -> At {
    At { resource: web::resource(path).app_data(Route(path.into())), allowed: Vec::new() }
}

macro_rules! method {
    ($name:ident, $method:ident, $word:literal) => {
        fn $name<F, Args>(mut self, handler: F) -> At
        where
            F: Handler<Args>,
            Args: FromRequest + 'static,
            F::Output: Responder + 'static,
        {
            self.resource = self.resource.route(web::method(Method::$method).to(handler));
            self.allowed.push($word);
            self
        }
    };
}

impl At {
    /// `HEAD` is answered as `GET`, without the body.
    fn get<F, Args>(mut self, handler: F) -> At
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.resource = self.resource.route(web::method(Method::HEAD).to(handler.clone()));
        self.resource = self.resource.route(web::get().to(handler));
        self.allowed.extend(["GET", "HEAD"]);
        self
    }

    method!(post, POST, "POST");
    method!(put, PUT, "PUT");
    method!(patch, PATCH, "PATCH");
    method!(delete, DELETE, "DELETE");

    fn done(self) -> Resource {
        let allowed = self.allowed.join(", ");
        self.resource.default_service(web::to(move |request: HttpRequest| {
            let found = Diagnostic::new(Code::MethodNotAllowed)
                .with("method", request.method())
                .with("allow", &allowed);
            let problem = Problem::new(Box::new(found), crate::caller::language(&request));
            async move { Err::<actix_web::HttpResponse, Problem>(problem) }
        }))
    }
}

/// There is nothing at this address.
async fn nowhere(request: HttpRequest) -> Result<actix_web::HttpResponse, Problem> {
    if let Some(answer) = pages::answer(&request) {
        return Ok(answer);
    }
    let found = Diagnostic::new(Code::UnknownRoute);
    Err(Problem::new(Box::new(found), crate::caller::language(&request)))
}
