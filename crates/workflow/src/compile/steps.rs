//! Steps of a definition become steps of a flow.

use super::Builder;
use crate::flow::{NodeId, Outcome, ScopeId};
use crate::instance::TaskKind;
use crate::step::Step;
use crate::step::cc::Cc;
use crate::step::choose::{Case, Choose};
use crate::step::compensate::Compensate;
use crate::step::each::Each;
use crate::step::end::End;
use crate::step::for_each::ForEach;
use crate::step::goto::Goto;
use crate::step::parallel::{Join, Parallel};
use crate::step::people::{Mode, People};
use crate::step::repeat::Repeat;
use crate::step::together::Together;
use definition::workflow as written;
use expression::{Expectation, Type};
use indexmap::IndexMap;

impl Builder<'_> {
    pub(super) fn step(&mut self, node: NodeId, step: &written::Step) -> Step {
        let sla = match &step.sla {
            Some(own) => self.sla(own),
            None => self.sla.clone(),
        };
        match &step.kind {
            written::StepKind::Approve(approve) => Step::People(People {
                asks: TaskKind::Approve,
                by: self.performers(&approve.approve.by),
                mode: mode(approve.approve.mode),
                reject: approve.approve.reject,
                allow: step.allow.clone(),
                sla,
            }),
            written::StepKind::Handle(handle) => Step::People(People {
                asks: TaskKind::Handle,
                by: self.performers(&handle.handle.by),
                mode: mode(handle.handle.mode),
                reject: written::RejectRule::Any,
                allow: step.allow.clone(),
                sla,
            }),
            written::StepKind::Choose(choose) => {
                Step::Choose(Choose { cases: self.cases(node, &choose.choose) })
            }
            written::StepKind::Each(each) => Step::Each(Each { cases: self.cases(node, &each.each) }),
            written::StepKind::Parallel(parallel) => {
                let branches = parallel.parallel.iter();
                let branches = branches
                    .map(|(name, path)| self.branch(node, (name, path.label.as_ref()), &path.steps))
                    .collect();
                Step::Parallel(Parallel { branches, join: join(parallel.join) })
            }
            written::StepKind::Repeat(repeat) => Step::Repeat(self.repeat(node, repeat)),
            written::StepKind::ForEach(walked) => Step::ForEach(self.for_each(node, walked)),
            written::StepKind::Wait(wait) => Step::Wait(self.wait(node, wait)),
            written::StepKind::Set(set) => Step::Set(self.assign(set)),
            written::StepKind::Decide(decide) => Step::Decide(self.decide(decide)),
            written::StepKind::Together(step) => {
                Step::Together(Together { scope: self.sequence(Some(node), &step.together) })
            }
            written::StepKind::Compensate(step) => Step::Compensate(Compensate {
                steps: step.compensate.iter().map(|name| name.as_str().into()).collect(),
            }),
            written::StepKind::Query(step) => Step::Query(self.query(step)),
            written::StepKind::Create(step) => Step::Act(self.create(step)),
            written::StepKind::Update(step) => Step::Act(self.update(step)),
            written::StepKind::Delete(step) => Step::Act(self.delete(step)),
            written::StepKind::Transition(step) => Step::Act(self.transition(step)),
            written::StepKind::Script(step) => Step::Act(self.script(step)),
            written::StepKind::Send(step) => Step::Act(self.send(step)),
            written::StepKind::Sub(step) => Step::Act(self.sub(step)),
            written::StepKind::Call(step) => Step::Act(self.asks(step)),
            written::StepKind::Cc(cc) => Step::Cc(Cc { by: self.performers(&cc.cc.by) }),
            written::StepKind::Goto(goto) => Step::Goto(Goto { target: goto.goto.as_str().into() }),
            written::StepKind::End(end) => Step::End(End {
                outcome: match end.end {
                    written::Outcome::Approved => Outcome::Approve,
                    written::Outcome::Rejected => Outcome::Reject,
                    written::Outcome::Done => Outcome::Done,
                },
            }),
        }
    }

    fn cases(&mut self, node: NodeId, branches: &IndexMap<String, written::Branch>) -> Vec<Case> {
        let mut cases = Vec::new();
        for (name, branch) in branches {
            let when =
                branch.when.as_ref().and_then(|when| self.expression(when.text(), &Expectation::Condition));
            let written = branch.when.as_ref().map(|when| when.text().into());
            let scope = self.branch(node, (name, branch.label.as_ref()), &branch.steps);
            cases.push(Case { name: name.as_str().into(), when, written, scope });
        }
        cases
    }

    fn repeat(&mut self, node: NodeId, step: &written::RepeatStep) -> Repeat {
        let written = &step.repeat;
        let condition = |builder: &mut Self, text: &Option<definition::Expression>| {
            text.as_ref().and_then(|text| builder.expression(text.text(), &Expectation::Condition))
        };
        let while_holds = condition(self, &written.r#while);
        let before = self.variables.clone();
        if let Some(counter) = &written.r#as {
            self.variable(counter, Type::Integer);
        }
        // What a round has decided is known when it ends.
        let scope = self.sequence(Some(node), &step.steps);
        let until = condition(self, &written.until);
        self.variables = before;
        let counter = written.r#as.as_deref().map(Into::into);
        Repeat { max: written.max, while_holds, until, counter, scope }
    }

    fn for_each(&mut self, node: NodeId, step: &written::ForEachStep) -> ForEach {
        let written = &step.for_each;
        let items = self.expression(written.r#in.text(), &Expectation::Items);
        let item = match items.as_ref().map(|items| &items.ty) {
            Some(Type::List(item)) => (**item).clone(),
            Some(Type::Children(object)) => Type::Reference(Some(object.clone())),
            _ => Type::Json,
        };
        let before = self.variables.clone();
        self.variable(&written.r#as, item);
        let scope: ScopeId = self.scope(Some(node), &step.steps);
        self.variables = before;
        let together = written.mode == written::ForEachMode::Parallel;
        ForEach { items, item: written.r#as.as_str().into(), together, join: join(written.join), scope }
    }
}

fn mode(mode: written::ApproveMode) -> Mode {
    match mode {
        written::ApproveMode::Any => Mode::Any,
        written::ApproveMode::All => Mode::All,
        written::ApproveMode::Sequential => Mode::Sequential,
        written::ApproveMode::Count(count) => Mode::Count(count.get()),
        written::ApproveMode::Ratio(ratio) => Mode::Ratio(ratio.millionths()),
        written::ApproveMode::Weight(weight) => Mode::Weight(weight.get()),
    }
}

fn join(join: written::Join) -> Join {
    match join {
        written::Join::All => Join::All,
        written::Join::Any => Join::Count(1),
        written::Join::Count(count) => Join::Count(count.get()),
    }
}
