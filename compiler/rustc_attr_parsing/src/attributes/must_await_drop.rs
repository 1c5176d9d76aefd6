//! `#[must_await_drop]` on a type: a drop of its value that is not awaited is an error, where the
//! compiler sees it.

use rustc_hir::Target;
use rustc_hir::attrs::AttributeKind;
use rustc_span::{Span, Symbol, sym};

use crate::attributes::{NoArgsAttributeParser, OnDuplicate};
use crate::context::Stage;
use crate::target_checking::AllowedTargets;
use crate::target_checking::Policy::Allow;

pub(crate) struct MustAwaitDropParser;

impl<S: Stage> NoArgsAttributeParser<S> for MustAwaitDropParser {
    const PATH: &[Symbol] = &[sym::must_await_drop];
    const ON_DUPLICATE: OnDuplicate<S> = OnDuplicate::Warn;
    const ALLOWED_TARGETS: AllowedTargets = AllowedTargets::AllowList(&[
        Allow(Target::Enum),
        Allow(Target::Struct),
        Allow(Target::Union),
    ]);
    const CREATE: fn(Span) -> AttributeKind = AttributeKind::MustAwaitDrop;
}
