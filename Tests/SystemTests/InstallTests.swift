import Foundation
import TestSupport
import Testing

extension RealProcesses {
    /// `cluster/install.sh` into a folder of the test's own.
    @Suite(.serialized) struct InstallTests {
        private final class Prefix {
            let url = URL(fileURLWithPath: "/tmp/a1i-\(UUID().uuidString.prefix(8))")
            deinit { try? FileManager.default.removeItem(at: url) }

            /// Every file below, by its path.
            func files() throws -> Set<String> {
                let found = FileManager.default.enumerator(atPath: url.path)?.compactMap { $0 as? String } ?? []
                return Set(
                    found.filter { path in
                        let kind = try? FileManager.default.attributesOfItem(atPath: url.path + "/" + path)[.type]
                        return kind as? FileAttributeType != .typeDirectory
                    })
            }

            func path(_ name: String) -> String { url.appending(path: name).path }
        }

        private static let script = TestCluster.root.appending(path: "cluster/install.sh")

        private func install(_ prefix: Prefix, _ arguments: String...) throws -> Tool {
            try Tool(
                ["--prefix", prefix.url.path, "--binary", TestCluster.executable.path] + arguments,
                executable: Self.script)
        }

        private static func program(_ name: String) -> URL? {
            ["/usr/bin", "/bin", "/usr/local/bin"].map { URL(fileURLWithPath: "\($0)/\(name)") }
                .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        }

        @Test func theInstalledProgramFindsItsConfigurations() throws {
            let prefix = Prefix()
            let installed = try install(prefix)
            try #require(installed.code == 0, "\(installed.err)")
            let program = URL(fileURLWithPath: prefix.path("bin/a1"))
            var environment = Tool.environment
            environment["A1_CONFIGS"] = ""
            environment["PWD"] = "/"
            let child = try ChildProcess(
                program, ["model", "inspect", "small-draft", "--json"], environment: environment, output: .piped)
            let text = String(decoding: try child.readToEnd(), as: UTF8.self)
            #expect(try child.wait() == 0)
            #expect(text.contains(prefix.path("lib/a1/configs/models/small/small-draft.gguf")), "\(text.prefix(400))")
        }

        @Test func twiceIsOnceAndUninstallLeavesWhatIsOthers() throws {
            let prefix = Prefix()
            let other = prefix.url.appending(path: "share/man/man1/other.1")
            try FileManager.default.createDirectory(
                at: other.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("other".utf8).write(to: other)
            #expect(try install(prefix).code == 0)
            let first = try prefix.files()
            #expect(first.count > 40)
            #expect(try install(prefix).code == 0)
            #expect(try prefix.files() == first)
            let removed = try Tool(["--prefix", prefix.url.path, "--uninstall"], executable: Self.script)
            #expect(removed.code == 0, "\(removed.err)")
            #expect(try prefix.files() == ["share/man/man1/other.1"])
            #expect(FileManager.default.fileExists(atPath: prefix.path("bin")) == false)
            #expect(try Tool(["--prefix", prefix.url.path, "--uninstall"], executable: Self.script).code == 1)
        }

        @Test func aFileOfAnotherIsNotReplaced() throws {
            let prefix = Prefix()
            let other = prefix.url.appending(path: "bin/a1")
            try FileManager.default.createDirectory(
                at: other.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("other".utf8).write(to: other)
            let refused = try install(prefix)
            #expect(refused.code == 1 && refused.err.contains(other.path), "\(refused.err)")
            #expect(try prefix.files() == ["bin/a1"])
        }

        @Test func nothingIsLeftOfAWholePrefix() throws {
            let prefix = Prefix()
            #expect(try install(prefix).code == 0)
            #expect(try Tool(["--prefix", prefix.url.path, "--uninstall"], executable: Self.script).code == 0)
            #expect(!FileManager.default.fileExists(atPath: prefix.url.path))
        }

        @Test func completionsAreScriptsOfTheirShells() throws {
            let prefix = Prefix()
            try #require(try install(prefix).code == 0)
            let scripts = [
                ("bash", ["-n"], "share/bash-completion/completions/a1"),
                ("zsh", ["-n"], "share/zsh/site-functions/_a1"),
                ("fish", ["--no-execute"], "share/fish/vendor_completions.d/a1.fish"),
            ]
            for (shell, flags, file) in scripts {
                let text = try String(contentsOfFile: prefix.path(file), encoding: .utf8)
                // A setting's values, and a name that is looked up.
                #expect(text.contains("resample-line") && text.contains("model"), "\(file)")
                guard let program = Self.program(shell) else { continue }
                let child = try ChildProcess(program, flags + [prefix.path(file)])
                #expect(try child.wait() == 0, "\(shell)")
            }
        }

        @Test func everyCommandHasAPage() throws {
            let prefix = Prefix()
            try #require(try install(prefix).code == 0)
            let commands = try CommandList().all.keys.map { "a1-" + $0.replacing(" ", with: "-") + ".1" }
            let pages = try FileManager.default.contentsOfDirectory(atPath: prefix.path("share/man/man1"))
            #expect(Set(pages) == Set(commands + ["a1.1"]))
            let submit = try String(contentsOfFile: prefix.path("share/man/man1/a1-submit.1"), encoding: .utf8)
            for part in [".TH \"A1\\-SUBMIT\" 1", ".SH \"RULE\"", "\\fB\\-\\-rejection\\-rate\\fR", ".SH SEE ALSO"] {
                #expect(submit.contains(part), "\(part)")
            }
            guard let man = Self.program("man") else { return }
            for page in pages {
                let out = FileManager.default.temporaryDirectory.appending(path: "a1-\(UUID().uuidString)")
                let err = FileManager.default.temporaryDirectory.appending(path: "a1-\(UUID().uuidString)")
                defer { for file in [out, err] { try? FileManager.default.removeItem(at: file) } }
                var environment = Tool.environment
                environment["MANWIDTH"] = "80"
                let child = try ChildProcess(
                    man, ["--warnings=all", "-l", prefix.path("share/man/man1/\(page)")], environment: environment,
                    output: .file(out), errors: .file(err))
                #expect(try child.wait() == 0, "\(page)")
                #expect(try String(contentsOf: err, encoding: .utf8) == "", "\(page)")
                #expect(try String(contentsOf: out, encoding: .utf8).contains("NAME"), "\(page)")
            }
        }

        @Test func modelsAreOfferedByName() throws {
            // As the scripts ask: the command, its argument, which word and where in it, the words.
            let tool = try Tool(["---completion", "model", "inspect", "--", "positional@0", "0", "0", ""])
            #expect(String(decoding: tool.out, as: UTF8.self).contains("small-draft"), "\(tool.err)")
        }
    }
}
