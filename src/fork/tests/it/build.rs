//! Long runs: what they check first, what they leave behind, how they go on.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::toy::{Toy, ended};

#[test]
fn build_prepares_and_calls_upstreams_bootstrap() {
    let toy = Toy::new();
    toy.ok(&["build"]);
    let config = toy.keyed().join("bootstrap.toml").display().to_string();
    assert_eq!(toy.calls(), format!("build --config {config} --stage 1 library\n"));
    let text = fs::read_to_string(config).unwrap();
    assert!(
        text.contains(&format!("build-dir = \"{}\"", toy.keyed().join("build").display())),
        "{text}"
    );
    assert!(!text.contains("= \"@"), "{text}");
    toy.ok(&["build", "--stage", "2", "compiler/rustc"]);
    assert!(toy.calls().ends_with("--stage 2 compiler/rustc\n"));
}

#[test]
fn any_other_words_go_to_upstreams_bootstrap() {
    let mut toy = Toy::new();
    toy.ok(&["check", "--stage", "1", "library/core"]);
    assert!(
        toy.calls().starts_with("check --config ")
            && toy.calls().ends_with("--stage 1 library/core\n")
    );
    toy.bootstrap_does("sys.exit(3)");
    assert!(toy.fails(&["check"]).contains("upstream's `x.py check` failed"));
}

#[test]
fn too_little_disk_stops_before_anything_starts() {
    let mut toy = Toy::new();
    toy.env.push(("ASYNCDROP_FREE_DISK_GIB".to_owned(), "1000000000".to_owned()));
    let said = toy.fails(&["build"]);
    assert!(
        said.contains("a build needs up to 1000000000 GiB") && said.contains("--build-dir"),
        "{said}"
    );
    assert!(!toy.tree().exists());
}

#[test]
fn a_failed_build_shows_the_end_of_its_log_and_how_to_go_on() {
    let mut toy = Toy::new();
    toy.bootstrap_does("print('\\n'.join(f'row {n}' for n in range(100))); sys.exit(1)");
    let said = toy.fails(&["build"]);
    assert!(said.contains("row 99") && !said.contains("row 12\n"), "{said}");
    assert!(said.contains("logs/build-1.log") && said.contains("next: ./x.py build"), "{said}");
    let log = fs::read_to_string(toy.keyed().join("logs/build-1.log")).unwrap();
    assert!(log.contains("row 12\n"));
}

#[test]
fn a_killed_compiler_is_called_that() {
    let mut toy = Toy::new();
    toy.bootstrap_does(
        "print('process did not exit successfully: `rustc` (signal: 9, SIGKILL: kill)'); \
         sys.exit(101)",
    );
    let said = toy.fails(&["build"]);
    assert!(
        said.contains("was killed (signal: 9, SIGKILL: kill)") && said.contains("want of memory"),
        "{said}"
    );
    toy.env.clear();
    toy.bootstrap_does("os.kill(os.getpid(), signal.SIGKILL)");
    let said = toy.fails(&["build"]);
    assert!(
        said.contains("was killed (signal: 9)") && said.contains("goes on where it stopped"),
        "{said}"
    );
}

#[test]
fn an_interrupted_build_resumes() {
    let mut toy = Toy::new();
    let marker = toy.keyed().join("half-way");
    let marker = marker.display();
    toy.bootstrap_does(&format!(
        "import time\nif os.path.exists('{marker}'): sys.exit(0)\nopen('{marker}', \
         'w').close()\ntime.sleep(60)"
    ));
    let mut child =
        toy.command(&["build"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while !toy.keyed().join("half-way").exists() {
        assert!(start.elapsed() < Duration::from_secs(30), "the build did not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    let before = toy.times();
    child.kill().unwrap();
    child.wait().unwrap();
    toy.ok(&["build"]);
    assert_eq!(before, toy.times());
}

#[test]
fn a_second_run_waits_and_says_for_whom() {
    let mut toy = Toy::new();
    toy.ok(&["prepare"]);
    toy.bootstrap_does("import time; time.sleep(2)");
    let mut first =
        toy.command(&["build"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while toy.calls().is_empty() {
        assert!(start.elapsed() < Duration::from_secs(30), "the build did not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    let said = toy.ok(&["prepare"]);
    assert!(said.contains("is held by `x.py build`, process"), "{said}");
    assert!(first.wait().unwrap().success());
}

#[test]
fn missing_packages_are_named_with_the_command_or_installed() {
    let toy = Toy::new();
    toy.write_tool("pkg-config", "[ -e \"$0.installed\" ]");
    // As root this installs, which fails here for want of a network; as a user it prints the
    // command.
    let said = toy.fails(&["build"]);
    assert!(said.contains("libssl-dev zlib1g-dev libzstd-dev"), "{said}");
    assert!(toy.calls().is_empty());
}

#[test]
fn a_sysroot_without_a_library_is_not_linked() {
    let toy = Toy::new();
    toy.write_tool("rustup", "case \"$*\" in which*) exit 1 ;; *) echo linked \"$@\" ;; esac");
    toy.ok(&["prepare"]);
    let sysroot = toy.ok(&["print", "sysroot"]);
    let sysroot = std::path::Path::new(sysroot.trim());
    assert!(toy.fails(&["link"]).contains("has no compiler"));
    fs::create_dir_all(sysroot.join("bin")).unwrap();
    fs::write(sysroot.join("bin/rustc"), "").unwrap();
    let said = toy.fails(&["link"]);
    assert!(
        said.contains("has no standard library") && said.contains("next: ./x.py build"),
        "{said}"
    );
    let host = sysroot.parent().unwrap().file_name().unwrap();
    let libraries = sysroot.join("lib/rustlib").join(host).join("lib");
    fs::create_dir_all(&libraries).unwrap();
    fs::write(libraries.join("libstd-0.rlib"), "").unwrap();
    let said = toy.ok(&["link", "other"]);
    assert!(
        said.contains("linked toolchain link other") && said.contains("cargo +other build"),
        "{said}"
    );
}

#[test]
fn verbose_shows_everything() {
    let mut toy = Toy::new();
    toy.bootstrap_does("print('from bootstrap')");
    let (_, said) = ended(&mut toy.command(&["build"]));
    assert!(!said.contains("from bootstrap"), "{said}");
    let (_, said) = ended(&mut toy.command(&["build", "--verbose"]));
    assert!(said.contains("from bootstrap"), "{said}");
}
