//! The ways out of a scope that lead to a drop.
//!
//! ```text
//! loop {
//!     let conn = connect().await;
//!     if done { break; }
//!     conn.send().await?;
//! }                                // three drops of `conn`: at `break`, at `?`, and here
//! ```
//!
//! MIR has one block for the drops of those exits that have the same values to drop, and no longer
//! says which expression has led there. But what ran last on the way is found, and where it stands
//! in the source: the value of a `break`, or the condition before a `continue`.

use rustc_data_structures::fx::{FxHashSet, FxIndexSet};
use rustc_hir::intravisit::{self, Visitor};
use rustc_hir::{Arm, Block, Expr, ExprKind, HirId, LetStmt};
use rustc_middle::mir::{BasicBlock, Body, RETURN_PLACE, StatementKind, TerminatorKind};
use rustc_middle::ty::TyCtxt;
use rustc_span::{DesugaringKind, Span};

use super::Context;

/// A way out of a scope.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) enum Exit {
    /// The end of the scope is reached, or that of a statement, or a value is assigned.
    End,
    Question(Span),
    Return(Span),
    Break(Span),
    Continue(Span),
}

impl Exit {
    pub(super) fn span(self) -> Option<Span> {
        match self {
            Self::End => None,
            Self::Question(span)
            | Self::Return(span)
            | Self::Break(span)
            | Self::Continue(span) => Some(span),
        }
    }

    /// Where a value is awaited that is dropped on the way out.
    pub(super) fn descr(self) -> &'static str {
        match self {
            Self::End => "here",
            Self::Question(_) => "where this `?` returns",
            Self::Return(_) => "before this `return`",
            Self::Break(_) => "before this `break`",
            Self::Continue(_) => "before this `continue`",
        }
    }
}

/// The exits in the source of a body.
#[derive(Default)]
pub(super) struct Exits {
    in_source: Vec<InSource>,
    /// What runs before the expression that is visited.
    before: Option<Span>,
}

struct InSource {
    exit: Exit,
    span: Span,
    /// What runs before it, if it runs nothing itself.
    before: Option<Span>,
    /// The loop or block that is left, unless it is the body.
    target: Option<HirId>,
}

/// The last thing that runs before a drop.
struct Last {
    span: Span,
    /// It computes what the body returns.
    returns: bool,
}

impl Exits {
    pub(super) fn of(cx: &Context<'_, '_>) -> Self {
        let mut exits = Self::default();
        if let Some(body) = cx.tcx.hir_maybe_body_owned_by(cx.def) {
            exits.visit_body(body);
        }
        exits
    }

    /// By which exits a block is reached that drops a local which is declared at `declared`.
    pub(super) fn reaching(
        &self,
        tcx: TyCtxt<'_>,
        body: &Body<'_>,
        block: BasicBlock,
        declared: Span,
    ) -> Vec<Exit> {
        let end = body.basic_blocks[block].terminator().source_info.span;
        let mut found = FxIndexSet::default();
        let mut seen = FxHashSet::from_iter([block]);
        let mut queue = vec![block];
        while let Some(block) = queue.pop() {
            if let Some(last) = last_statement(body, block) {
                found.insert(self.exit(tcx, last, declared, end));
                continue;
            }
            for &pred in &body.basic_blocks.predecessors()[block] {
                if body.basic_blocks[pred].is_cleanup || !seen.insert(pred) {
                    continue;
                }
                let terminator = body.basic_blocks[pred].terminator();
                let span = terminator.source_info.span;
                match terminator.kind {
                    // Another drop on the same way, or a step between two of them.
                    TerminatorKind::Drop { target, .. } if target == block => queue.push(pred),
                    TerminatorKind::Goto { .. } => queue.push(pred),
                    TerminatorKind::Call { destination, .. } => {
                        let last = Last { span, returns: destination.local == RETURN_PLACE };
                        found.insert(self.exit(tcx, last, declared, end));
                    }
                    _ => {
                        let last = Last { span, returns: false };
                        found.insert(self.exit(tcx, last, declared, end));
                    }
                }
            }
        }
        found.into_iter().collect()
    }

    /// The exit that is taken after `last`, by which what is declared at `declared` goes out of
    /// scope.
    fn exit(&self, tcx: TyCtxt<'_>, last: Last, declared: Span, end: Span) -> Exit {
        let is_taken = |in_source: &&InSource| {
            let runs = match in_source.exit {
                Exit::End => false,
                // What makes the residual has the span of `value?`, and ends where this does.
                Exit::Question(span) => last.returns && last.span.hi() == span.hi(),
                Exit::Return(span) | Exit::Break(span) => span.contains(last.span),
                Exit::Continue(_) => false,
            };
            let leaves = |target| tcx.hir_span(target).contains(declared);
            (runs || in_source.before.is_some_and(|before| before.contains(last.span)))
                && !in_source.span.contains(end)
                && in_source.target.is_none_or(leaves)
        };
        let taken = self.in_source.iter().filter(is_taken);
        // The innermost one.
        taken.min_by_key(|taken| taken.span.hi() - taken.span.lo()).map_or(Exit::End, |t| t.exit)
    }
}

/// The last statement of a block that runs something.
fn last_statement(body: &Body<'_>, block: BasicBlock) -> Option<Last> {
    body.basic_blocks[block].statements.iter().rev().find_map(|statement| {
        let StatementKind::Assign(assigned) = &statement.kind else { return None };
        let (place, _) = &**assigned;
        let span = statement.source_info.span;
        Some(Last { span, returns: place.local == RETURN_PLACE })
    })
}

impl<'tcx> Visitor<'tcx> for Exits {
    fn visit_expr(&mut self, expr: &'tcx Expr<'tcx>) {
        let span = expr.span;
        let written = span.desugaring_kind().is_none();
        let before = self.before;
        let mut add = |exit, before, target| {
            self.in_source.push(InSource { exit, span, before, target });
        };
        match expr.kind {
            ExprKind::Ret(_) if span.is_desugaring(DesugaringKind::QuestionMark) => {
                // A lint is not reported where the compiler has written the source.
                let written = span.parent_callsite().unwrap_or(span);
                add(Exit::Question(written), None, None);
            }
            ExprKind::Ret(_) if written => add(Exit::Return(span), None, None),
            ExprKind::Break(to, _) if written => add(Exit::Break(span), None, to.target_id.ok()),
            ExprKind::Continue(to) if written => {
                add(Exit::Continue(span), before, to.target_id.ok());
            }
            ExprKind::If(condition, then, otherwise) => {
                self.visit_expr(condition);
                for branch in [Some(then), otherwise].into_iter().flatten() {
                    self.before = Some(condition.span);
                    self.visit_expr(branch);
                }
                return;
            }
            ExprKind::Match(scrutinee, arms, _) => {
                self.visit_expr(scrutinee);
                for arm in arms {
                    self.before = Some(scrutinee.span);
                    self.visit_arm(arm);
                }
                return;
            }
            _ => {}
        }
        intravisit::walk_expr(self, expr);
    }

    fn visit_arm(&mut self, arm: &'tcx Arm<'tcx>) {
        if let Some(guard) = arm.guard {
            self.visit_expr(guard);
            self.before = Some(guard.span);
        }
        self.visit_expr(arm.body);
    }

    fn visit_block(&mut self, block: &'tcx Block<'tcx>) {
        for statement in block.stmts {
            self.visit_stmt(statement);
            self.before = Some(statement.span);
        }
        block.expr.into_iter().for_each(|expr| self.visit_expr(expr));
    }

    fn visit_local(&mut self, local: &'tcx LetStmt<'tcx>) {
        if let Some(init) = local.init {
            self.visit_expr(init);
            self.before = Some(init.span);
        }
        local.els.into_iter().for_each(|block| self.visit_block(block));
    }
}
