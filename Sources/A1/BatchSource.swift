import Evaluation
import Foundation
import ModelStore
import Runtime
import Settings

/// The file that a batch argument means, and how its rows are read.
struct BatchSource {
    let path: String
    /// What rows without an id are named after.
    let name: String
    let form: ProblemForm

    /// The file of a path, else the data set of a name.
    ///
    /// - Throws: a command's failure, for what is neither and for a data set that is not here.
    static func find(_ argument: String) throws -> BatchSource {
        var isFolder: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: argument, isDirectory: &isFolder) && !isFolder.boolValue
        if isThere || argument.contains("/") {
            return BatchSource(path: argument, name: stem(of: argument), form: ProblemForm())
        }
        let list: DataSetList
        do {
            list = try DataSetList.besideModels()
        } catch {
            throw fail(.noInput, "there is no file '\(argument)', and no list of data sets to look it up in:\n\(error)",
                cause: error)
        }
        do {
            return try BatchSource(try list.entry(argument), in: DataSetList.folder())
        } catch {
            throw fail(.noInput, "\(error)")
        }
    }

    /// The name of a file without its endings: `mine` of `mine.jsonl.gz`.
    private static func stem(of path: String) -> String {
        var file = URL(fileURLWithPath: path)
        if file.pathExtension.lowercased() == "gz" { file.deletePathExtension() }
        return file.deletingPathExtension().lastPathComponent
    }

    /// - Throws: `DataSetError`.
    init(_ set: DataSet, in folder: String) throws(DataSetError) {
        self.init(path: try DataSetList.file(of: set, in: folder), name: set.name, form: set.form)
    }

    private init(path: String, name: String, form: ProblemForm) {
        self.path = path
        self.name = name
        self.form = form
    }

    func read(onBadLine: OnBadLine) throws(BatchError) -> Batch {
        try BatchReader.read(file: path, form: form, name: name, onBadLine: onBadLine)
    }
}

extension DataSetList {
    /// The list in use: `datasets.yaml` beside the manifest of models.
    ///
    /// - Throws: `ModelStoreError` if there is no such folder, `SettingsError`.
    static func besideModels() throws -> DataSetList {
        let folder = URL(fileURLWithPath: try ModelManifest.find()).deletingLastPathComponent()
        return try load(path: folder.appendingPathComponent("datasets.yaml").path)
    }
}
