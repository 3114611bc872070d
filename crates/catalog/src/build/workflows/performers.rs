//! Who acts: roles made full, paths to people and conditions on them checked.

use super::{Check, strs};
use crate::build::compile::{Spot, compile, compile_some};
use crate::build::entry::{Findings, Noun, invalid};
use crate::parts::each_part;
use crate::scopes;
use definition::workflow::{Absent, ChainOf, Departments, Performer, Policy};
use definition::{Expression, Workflow};
use diagnostic::{Code, Diagnostic};
use expression::{Expr, Kind, Position, Root, Type};

/// Where people are looked up who are away.
const ABSENCES: &str = "base.absence";

impl Check<'_> {
    /// Whoever is away is looked up in a table of the organisation's pack.
    pub(super) fn absence(&self, policy: &Policy, findings: &mut Findings<'_>) {
        if policy.absent != Absent::Wait && !self.catalog.objects.contains_key(ABSENCES) {
            let finding =
                Diagnostic::new(Code::UnknownReference).with("what", "object").with("name", ABSENCES);
            findings.push(finding, &self.entry.origin, &["policy", "absent"]);
        }
    }

    pub(super) fn performer(&self, performer: &mut Performer, path: &[&str], findings: &mut Findings<'_>) {
        let user = [scopes::USER];
        let either = [scopes::USER, scopes::DEPARTMENT];
        let at =
            |more: &[&str]| -> Vec<String> { path.iter().chain(more).map(|key| (*key).to_owned()).collect() };
        match performer {
            Performer::Role { role, within } => {
                findings.resolve_in(Noun::Role, role, self.entry, &strs(&at(&["role"])));
                if let Some(within) = within {
                    self.person(within, &[scopes::DEPARTMENT], &strs(&at(&["within"])), findings);
                }
            }
            // Logins are data; whether somebody has one shows when the flow runs.
            Performer::User { .. } => {}
            Performer::Superior { superior } => {
                self.person(&superior.of, &user, &strs(&at(&["superior", "of"])), findings);
            }
            Performer::SuperiorChain { superior_chain } => {
                self.chain(superior_chain, &strs(&at(&["superior_chain"])), findings);
            }
            Performer::DepartmentHead { department_head } => {
                self.person(&department_head.of, &either, &strs(&at(&["department_head", "of"])), findings);
            }
            // Codes are data, as logins are.
            Performer::DepartmentHeads { department_heads: Departments::Codes(_) } => {}
            Performer::DepartmentHeads { department_heads: Departments::Of(departments) } => {
                let at = at(&["department_heads", "of"]);
                self.person(&departments.of, &[scopes::DEPARTMENT], &strs(&at), findings);
            }
            Performer::Field { field } => self.person(field, &user, &strs(&at(&["field"])), findings),
            Performer::InitiatorPicks { initiator_picks } => {
                if let Some(from) = &mut initiator_picks.from {
                    self.performer(from, &strs(&at(&["initiator_picks", "from"])), findings);
                }
            }
            Performer::PreviousPicks { previous_picks } => {
                if let Some(from) = &mut previous_picks.picks.from {
                    self.performer(from, &strs(&at(&["previous_picks", "from"])), findings);
                }
            }
            Performer::Where { r#where } => self.among_people(r#where, &strs(&at(&["where"])), findings),
            Performer::Group { group } => {
                for (place, member) in group.iter_mut().enumerate() {
                    self.performer(
                        &mut member.by,
                        &strs(&at(&["group", &place.to_string(), "by"])),
                        findings,
                    );
                }
            }
        }
    }

    fn chain(&self, chain: &ChainOf, path: &[&str], findings: &mut Findings<'_>) {
        self.person(&chain.of, &[scopes::USER], &[path, &["of"]].concat(), findings);
        let until = [path, &["until"]].concat();
        let spot = self.spot(&scopes::WORKFLOW_UNTIL, &until);
        compile_some(self.catalog, chain.until.as_ref(), spot, &mut findings.found);
    }

    /// A condition by which people are looked up: one statement answers it.
    fn among_people(&self, text: &Expression, path: &[&str], findings: &mut Findings<'_>) {
        let Some(users) = self.catalog.objects.get(scopes::USER) else {
            let finding =
                Diagnostic::new(Code::UnknownReference).with("what", "object").with("name", scopes::USER);
            findings.push(finding, &self.entry.origin, path);
            return;
        };
        let spot = Spot { row: &users.name, ..self.spot(&scopes::WORKFLOW_WHERE, path) };
        let Some(expr) = compile(self.catalog, text, spot, None, &mut findings.found) else { return };
        if let Some(at) = list_behind_a_reference(&expr) {
            let reason = "a list of the record itself can be asked here, not one of a record it refers to";
            findings
                .found
                .push(invalid(reason).in_source(self.entry.origin.inside(path, at.line, at.column)));
        }
    }

    /// A path that must end in a record of one of these objects.
    fn person(&self, text: &str, objects: &[&str], path: &[&str], findings: &mut Findings<'_>) {
        let scope = if self.of_task { &scopes::WORKFLOW_TASK_PATH } else { &scopes::WORKFLOW_PATH };
        let spot = self.spot(scope, path);
        let text = Expression(text.to_owned());
        let Some(expr) = compile(self.catalog, &text, spot, None, &mut findings.found) else { return };
        let one = match &expr.ty {
            Type::List(inner) => inner,
            ty => ty,
        };
        let fits = matches!(one, Type::Reference(Some(object)) if objects.contains(&&**object));
        if !fits || !matches!(expr.kind, Kind::Path(_) | Kind::Parameter(_)) {
            let reason = format!("a path to a record of {} is expected", objects.join(" or "));
            findings.push(invalid(reason), &self.entry.origin, path);
        }
    }
}

/// A function over a list that hangs on a record which the record in memory refers to: no statement has it.
fn list_behind_a_reference(expr: &Expr) -> Option<Position> {
    if let Kind::Children { path, .. } = &expr.kind
        && path.root != Root::Row
        && path.steps.len() > 1
    {
        return Some(expr.at);
    }
    let mut found = None;
    each_part(expr, &mut |part| found = found.take().or_else(|| list_behind_a_reference(part)));
    found
}

/// What a workflow says about people beside its steps.
pub(super) fn policy(check: &Check<'_>, workflow: &mut Workflow, findings: &mut Findings<'_>) {
    if let Some(definition::workflow::Empty::Assign(performer)) = &mut workflow.policy.empty {
        check.performer(performer, &["policy", "empty", "assign"], findings);
    }
    check.absence(&workflow.policy, findings);
}
