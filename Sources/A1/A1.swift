import ArgumentParser

@main
struct A1: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "a1",
        abstract: "Asynchronous test-time scaling: a draft model writes, a target model judges and takes over.",
        discussion: """
            A cluster is one coordinator and any number of workers; cluster/up.sh starts one, cluster/down.sh stops \
            it. Commands find it through --cluster, the environment variable A1_CLUSTER, or the cluster started last.
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "Work",
                subcommands: [
                    PlanCommand.self, SubmitCommand.self, StatusCommand.self, WatchCommand.self, ResultsCommand.self,
                    ShowCommand.self, CancelCommand.self, ResumeCommand.self,
                ]),
            CommandGroup(name: "Cluster", subcommands: [WorkersCommand.self, LogsCommand.self, ConfigCommand.self]),
            CommandGroup(
                name: "Statistics",
                subcommands: [CalibrateCommand.self, BankCommand.self, ReplayCommand.self, BenchCommand.self]),
            CommandGroup(
                name: "Evaluation", subcommands: [DatasetCommand.self, AnswerCommand.self, SimulateCommand.self]),
            CommandGroup(name: "Model", subcommands: [ModelCommand.self]),
            CommandGroup(
                name: "Process", subcommands: [CoordinatorCommand.self, WorkerCommand.self, ManualCommand.self]),
        ])
}
