import ModelFiles

/// Random blocks of each tensor type and what the Python package `gguf` (numpy) makes of them: 4,096
/// values a type, as an FNV-1a hash over the little-endian bytes of all float32 values, and ten of the
/// values as bit patterns. The blocks are SplitMix64 bytes seeded with the type's number; in each half
/// precision scale bit 14 is cleared, which keeps it finite.
struct DequantisationFixture {
    /// Which of the 4,096 values `shown` lists.
    static let shownIndexes = [0, 1, 2, 17, 31, 100, 137, 255, 256, 4_095]
    static let count = 4_096

    let type: TensorType
    let hash: UInt64
    let shown: [UInt32]

    init(_ type: TensorType, _ hash: UInt64, _ shown: [UInt32]) {
        self.type = type
        self.hash = hash
        self.shown = shown
    }

    /// Offsets of half precision scales in a block.
    private var halves: [Int] {
        switch type {
        case .f32: []
        case .f16, .bf16, .q4_0, .q5_0, .q8_0, .iq4_nl, .iq4_xs: [0]
        case .q4_1, .q5_1, .q4_K, .q5_K: [0, 2]
        case .q2_K: [80, 82]
        case .q3_K: [108]
        case .q6_K: [208]
        }
    }

    /// The random blocks.
    var blocks: [UInt8] {
        let count = Self.count / type.elementsPerBlock
        var random = SplitMix64(state: UInt64(type.rawValue))
        var bytes: [UInt8] = []
        while bytes.count < count * type.bytesPerBlock {
            withUnsafeBytes(of: random.next().littleEndian) { bytes.append(contentsOf: $0) }
        }
        bytes.removeLast(bytes.count - count * type.bytesPerBlock)
        for block in 0..<count {
            for offset in halves { bytes[block * type.bytesPerBlock + offset + 1] &= 0xbf }
        }
        return bytes
    }

    static let all: [DequantisationFixture] = [
        .init(.f16, 0x4e82cc773d0250a5,
            [0x3b982000, 0xb9204000, 0x3dbd8000, 0xba202000, 0xb8bce000,
             0xbedee000, 0x3dde6000, 0xb9170000, 0x396c4000, 0xbbac2000]),
        .init(.q4_0, 0x70106adb930dbdd6,
            [0xbad9c000, 0x3bd9c000, 0x3c235000, 0xbc3e8800, 0xbba35000,
             0xc08eb000, 0x80000000, 0xbf433000, 0x3c7f6000, 0x39c7a000]),
        .init(.q4_1, 0x54af8cd79e425ed2,
            [0xbbaf7800, 0xbbaf7800, 0xbc0f3700, 0xbb7fd400, 0xbc1f1100,
             0xbc706000, 0x4130b02c, 0x3a91a400, 0xbe774300, 0xbfeb7380]),
        .init(.q5_0, 0xa53bbea5d96353bf,
            [0xbd000000, 0xbdd00000, 0xbd900000, 0x3d200000, 0xbd600000,
             0x3df8e800, 0xbeb29c00, 0xbdafb000, 0x3da8d800, 0x40046000]),
        .init(.q5_1, 0xa96baa11b10eee7a,
            [0x3bdf4800, 0x3b993400, 0x3c4d1400, 0x3c2a0a00, 0x3bf6a400,
             0x3cc6f4c0, 0xbf9211bb, 0x3fad3e00, 0xbb8c4000, 0x3f042200]),
        .init(.q8_0, 0x4af4fc1e73d66681,
            [0xc2262480, 0xc0d32c00, 0xc1f87000, 0x41026e00, 0x41d32c00,
             0xc19b4900, 0x3dcaa000, 0x3eefb000, 0x3da0ca00, 0x3c661900]),
        .init(.q2_K, 0x73756fa3c39fc0c0,
            [0xbf3a4980, 0xbfb724c0, 0xbcc93000, 0xbb862000, 0xc0074310,
             0xbf023100, 0xbc062000, 0xbf4bc360, 0x410c9d1d, 0x3f72e6e0]),
        .init(.q3_K, 0x2ed6bef35be365d3,
            [0x80000000, 0x3c2b7e00, 0x3c64a800, 0x3aa96000, 0xbb7e1000,
             0x80000000, 0x3bed2000, 0x3b187000, 0xbee60000, 0x3ceb8000]),
        .init(.q4_K, 0xc108a8573a936d70,
            [0xbe965240, 0xbdb49500, 0xbea377e0, 0xbea377e0, 0xbe5dc2c0,
             0x3d481000, 0xbe9714f0, 0x3c3ab000, 0xc3643736, 0xc188e090]),
        .init(.q5_K, 0x4f0f985c5f78f9e0,
            [0x41e474a8, 0x41e4ece7, 0x41e2abb9, 0x41e30bec, 0x41e35411,
             0x41dbba41, 0x418551b3, 0x41ac345d, 0xbf9d3014, 0x42be276c]),
        .init(.q6_K, 0xbc0e7ace6bdf0944,
            [0xc1a91a00, 0xc3896520, 0xc35df220, 0xc3a4dfc0, 0xc411d9a0,
             0x4485df40, 0xc2928e00, 0x44928e00, 0x43068800, 0xc4116f40]),
        .init(.iq4_nl, 0xb32db33699588504,
            [0x3a082000, 0xb7c60000, 0x3b447400, 0x3a979800, 0xba1ab000,
             0xbcc1f200, 0xbfc4c880, 0x3f18f800, 0x4215af00, 0xc07a7a80]),
        .init(.iq4_xs, 0x30baa3fb0e019e0b,
            [0xbb92e000, 0xbc808400, 0xbd186200, 0x3d236600, 0xbd692a00,
             0x3ca5b180, 0x3d893c80, 0x3a043000, 0x3ad10400, 0xbd0165a0]),
        .init(.bf16, 0x40bd3af106b68d12,
            [0x0dce0000, 0xb2720000, 0x177a0000, 0x84530000, 0x0a430000,
             0x1ddb0000, 0x2ace0000, 0x0abb0000, 0x1a130000, 0x98420000]),
    ]
}
