//! The cases, grouped by what does the cancelling.

mod abort;
mod channels;
mod collections;
mod join;
mod join_set;
mod local;
mod nested;
mod panics;
mod select;
mod shutdown;
mod soak;
mod timeout;
mod waiters;

use crate::scene::Scene;

pub struct Case {
    pub name: &'static str,
    pub run: fn(&Scene),
}

/// The names of all cases, by group, for a macro that wants them.
#[macro_export]
macro_rules! for_each_case {
    ($with:ident) => {
        $with! {
            abort {
                unstarted suspended in_destructor from_inside after_completion while_erased
                detached_runs_on
            }
            join_set { dropped shut_down abort_all some_finished detached }
            shutdown { runtime_dropped with_timeout in_background block_on_panics }
            timeout { fires fires_in_destructor in_time nested erased unstarted aborted }
            select {
                loser loser_in_destructor loser_never_polled pinned_loser pinned_in_arm
                temporaries in_loop aborted
            }
            join { completes aborted one_finished_aborted try_join_fails }
            waiters {
                mpsc_receive mpsc_send mpsc_reserve oneshot notify semaphore mutex rwlock watch
                broadcast barrier timer accept losers
            }
            channels {
                receiver_dropped blocked_sender_aborted oneshot_receiver_gone oneshot_aborted
                received_then_aborted watch_replaced unbounded
            }
            local { set_dropped task_aborted run_until_cancelled shared_values }
            nested {
                parent_aborted_child_runs_on abort_guard join_set_in_task chain
                child_aborts_parent
            }
            collections {
                unordered unordered_dropped_in_body all_joined boxed boxed_dropped_in_body
                option_cleared shared abortable
            }
            panics {
                payload_is_kept in_destructor in_drop_while_aborted in_drop_on_exit in_join_set
                in_nested_task
            }
            soak { random_tasks }
        }
    };
}

macro_rules! all {
    ($($group:ident { $($case:ident)* })*) => {
        pub const ALL: &[Case] = &[$($(Case {
            name: concat!(stringify!($group), "::", stringify!($case)),
            run: $group::$case,
        }),*),*];
    };
}

for_each_case!(all);
