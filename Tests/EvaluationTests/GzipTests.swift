import Foundation
import Testing

@testable import Evaluation

/// What zlib packed (`Tests/Fixtures/batch_forms.py`) is unpacked, and what is damaged is refused.
@Suite struct GzipTests {
    private func unpacked(_ bytes: [UInt8], limit: Int = 1 << 20) throws(BatchError) -> [UInt8] {
        var content: [UInt8] = []
        try Gzip.unpack(bytes) { piece throws(BatchError) in
            content += piece
            guard content.count <= limit else { throw .tooManyBytes(limit: limit) }
        }
        return content
    }

    @Test(arguments: BatchForms.fixture.gzip) func theContentIsWhatWasPacked(stream: BatchForms.Stream) throws {
        let content = try unpacked([UInt8](stream.bytes))
        #expect(content.count == stream.length)
        var checksum = CRC32()
        checksum.add(content[...])
        #expect(checksum.value == stream.crc)
    }

    @Test func theChecksumIsThatOfTheStandard() {
        var checksum = CRC32()
        #expect(checksum.value == 0)
        checksum.add(Array("12345".utf8)[...])
        checksum.add(Array("6789".utf8)[...])
        #expect(checksum.value == 0xCBF4_3926)
    }

    @Test(arguments: BatchForms.fixture.gzip) func aFileThatIsCutOffIsRefused(stream: BatchForms.Stream) throws {
        let bytes = [UInt8](stream.bytes)
        let ends = Set(stride(from: 1, to: bytes.count, by: max(1, bytes.count / 100))).union([bytes.count - 1])
        for end in ends {
            // Of two members the first is whole, and so are zeros behind the second.
            guard !stream.name.contains("two members") else { continue }
            #expect(throws: BatchError.gzip(.cutOff), "\(end) of \(bytes.count)") { try unpacked(Array(bytes[..<end])) }
        }
    }

    /// Every change is found, but for those of the header's parts that say nothing of the content.
    @Test(arguments: BatchForms.fixture.gzip) func aFlippedBitIsFound(stream: BatchForms.Stream) throws {
        let bytes = [UInt8](stream.bytes)
        let content = try unpacked(bytes)
        var random = SplitMix(seed: UInt64(bytes.count))
        for _ in 0..<200 {
            var changed = bytes
            changed[random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
            do {
                #expect(try unpacked(changed) == content)
            } catch {
                guard case .gzip = error else {
                    #expect(error == .tooManyBytes(limit: 1 << 20))
                    continue
                }
                #expect(!error.description.isEmpty)
            }
        }
    }

    @Test func anyBytesAreAnswered() {
        var random = SplitMix(seed: 8)
        for _ in 0..<2_000 {
            let bytes = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0]
                + (0..<random.below(200)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            #expect(throws: BatchError.self) { try unpacked(bytes) }
        }
    }

    @Test func whatFollowsAMemberIsNamedByItsPlace() throws {
        let stream = try #require(BatchForms.fixture.gzip.first { $0.name == "empty" })
        let bytes = [UInt8](stream.bytes)
        #expect(try unpacked(bytes + [0, 0, 0]) == [])
        #expect(throws: BatchError.gzip(.header(offset: bytes.count))) { try unpacked(bytes + [1]) }
        #expect(throws: BatchError.gzip(.header(offset: 0))) { try BatchReader.read([0x1F, 0x8B] + Array(1...20)) }
    }

    /// A small file may hold more than memory does: the limit of files bounds what comes out.
    @Test func aBombIsRefusedAtTheLimit() throws {
        let stream = try #require(BatchForms.fixture.gzip.first { $0.name == "runs" })
        var limits = BatchLimits()
        limits.maximumFileBytes = stream.length - 1
        #expect(stream.bytes.count < 1_000)
        #expect(throws: BatchError.tooManyBytes(limit: stream.length - 1)) {
            try BatchReader.read([UInt8](stream.bytes), limits: limits)
        }
    }
}
