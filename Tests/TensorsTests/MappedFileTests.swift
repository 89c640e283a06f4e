import Glibc
import Tensors
import Testing

@Suite("Mapped files")
struct MappedFileTests {
    @Test("a regular file's bytes")
    func mapsRegularFile() throws {
        let file = TemporaryFile([1, 2, 3])
        let mapped = try MappedFile(path: file.path)
        #expect(Array(mapped.bytes) == [1, 2, 3])
        #expect(mapped.path == file.path)
    }

    @Test("a file that is written to, cut or grown has changed; one that is renamed or removed has not")
    func changes() throws {
        let writes: [(UnsafeMutablePointer<FILE>) -> Void] = [
            { fputc(9, $0) }, { ftruncate(fileno($0), 2) }, { ftruncate(fileno($0), 4) },
        ]
        for write in writes {
            let file = TemporaryFile([1, 2, 3])
            let mapped = try MappedFile(path: file.path)
            try mapped.checkUnchanged()
            let stream = try #require(fopen(file.path, "r+"))
            write(stream)
            fclose(stream)
            // The clock of files has ticks; within one of them a write cannot be told from the one before.
            var later = [timespec(tv_sec: 1, tv_nsec: 0), timespec(tv_sec: 1, tv_nsec: 0)]
            utimensat(AT_FDCWD, file.path, &later, 0)
            #expect(throws: MappedFileError.changed(path: file.path)) { try mapped.checkUnchanged() }
        }
        let file = TemporaryFile([1, 2, 3])
        let mapped = try MappedFile(path: file.path)
        rename(file.path, file.path + ".old")
        try mapped.checkUnchanged()
        unlink(file.path + ".old")
        try mapped.checkUnchanged()
    }

    @Test("what is not a file with contents is refused by name")
    func refusesTheRest() throws {
        let empty = TemporaryFile([])
        #expect(throws: MappedFileError.empty(path: empty.path)) { try MappedFile(path: empty.path) }
        #expect(throws: MappedFileError.notRegular(path: empty.folder, kind: "directory")) {
            try MappedFile(path: empty.folder)
        }
        #expect(throws: MappedFileError.notRegular(path: "/dev/zero", kind: "device")) {
            try MappedFile(path: "/dev/zero")
        }
        let pipe = empty.folder + "/pipe"
        mkfifo(pipe, 0o600)
        defer { unlink(pipe) }
        #expect(throws: MappedFileError.notRegular(path: pipe, kind: "pipe")) { try MappedFile(path: pipe) }
        let loop = empty.folder + "/loop"
        symlink(loop, loop)
        defer { unlink(loop) }
        for path in [loop, empty.folder + "/missing", ""] {
            #expect { try MappedFile(path: path) } throws: { error in
                if case MappedFileError.cannotOpen(path, _) = error { true } else { false }
            }
        }
    }
}
