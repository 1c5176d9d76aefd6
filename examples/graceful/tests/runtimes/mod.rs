//! Each test on both of tokio's runtimes.

/// Makes two tests of each async function that is named.
macro_rules! on_both_runtimes {
    ($($test:ident)*) => {
        $(mod $test {
            #[tokio::test]
            async fn current_thread() {
                super::$test().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn multi_thread() {
                super::$test().await;
            }
        })*
    };
}
