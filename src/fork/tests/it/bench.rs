//! `bench`: what the program that measures is called with.

use crate::toy::Toy;

#[test]
fn it_gets_its_own_options_and_needs_no_build_for_a_list() {
    let toy = Toy::new();
    toy.write("src/bench/Cargo.toml", "");
    toy.write("program", "#!/bin/sh\necho called with \"$@\"\n");
    let script = "for word; do last=$word; done\nmkdir -p $last/release\n\
                  cp program $last/release/asyncdrop-bench\nchmod +x $last/release/asyncdrop-bench";
    toy.write_tool("cargo", script);
    for words in [&["--list"][..], &["--rustc", "y", "shapes"]] {
        let said = toy.ok(&[&["bench"], words].concat());
        let expected = format!("called with --repo {} {}\n", toy.repo().display(), words.join(" "));
        assert!(said.contains(&expected), "{said}");
    }
    let said = toy.fails(&["bench", "--quick"]);
    assert!(said.contains("has no compiler") && said.contains("next: ./x.py build"), "{said}");
}
