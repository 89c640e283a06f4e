import Domain
import Testing

@Suite struct EndpointTests {
    @Test(arguments: ["", "ipc:", "ipc://relative", "tcp://127.0.0.1", "tcp://:5", "tcp://h:99999", "http://h:1"])
    func malformedEndpointsAreRefused(text: String) {
        #expect(throws: EndpointError.self) { _ = try Endpoint(text) }
    }

    @Test func unixPathsFitTheirStructure() throws {
        let longest = "/" + String(repeating: "p", count: Endpoint.maximumPathBytes - 1)
        #expect(try Endpoint("ipc://" + longest).isLocal)
        #expect(throws: EndpointError.self) { _ = try Endpoint("ipc://" + longest + "p") }
    }

    @Test func onlyLoopbackIsLocal() throws {
        #expect(try Endpoint("tcp://127.0.0.1:0").isLocal)
        #expect(try Endpoint("tcp://localhost:1").isLocal)
        #expect(try !Endpoint("tcp://*:5555").isLocal)
        #expect(try !Endpoint("tcp://0.0.0.0:5555").isLocal)
        #expect(try !Endpoint("tcp://127.evil.example.org:1").isLocal)
    }
}
