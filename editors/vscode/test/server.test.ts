/**
 * The real server, started as the extension starts it.  `EQXSTATE_PYTHON` names a Python that has
 * `mypy_eqxstate[lsp]`; without it the command of the default settings must be on the path.
 */

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import {
  type Diagnostic,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
  createProtocolConnection,
} from "vscode-languageserver-protocol/node";

import { type Settings, initializationOptions, serverCommand } from "../src/server";

const CLASSES = `
from mypy_eqxstate import Consumed, affine


@affine
class Ticket: ...


def punch(ticket: Consumed[Ticket]) -> Ticket:
    return Ticket()
`;
const WRONG = `
from tickets import Ticket, punch


def ride(ticket: Ticket) -> Ticket:
    new_ticket = punch(ticket)
    return ticket
`;
const RIGHT = WRONG.replace("new_ticket = punch", "ticket = punch");

const python = process.env["EQXSTATE_PYTHON"];
const settings: Settings = {
  command: python ? [python, "-m", "mypy_eqxstate", "lsp"] : ["mypy-eqxstate", "lsp"],
  configFile: "",
  pythonExecutable: "",
  mypyArguments: [],
  types: "mypy",
  movedHints: false,
  rulePages: "",
};

let folder: string;
let server: ChildProcess;
let connection: ProtocolConnection;
const published: Diagnostic[][] = [];
const said: string[] = [];
let awake: () => void = () => {};

before(async () => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "eqxstate-"));
  fs.writeFileSync(path.join(folder, "mypy.ini"), "[mypy]\nplugins = mypy_eqxstate\n");
  fs.writeFileSync(path.join(folder, "tickets.py"), CLASSES);
  fs.writeFileSync(path.join(folder, "ride.py"), RIGHT);
  const command = serverCommand(settings, folder);
  server = spawn(command.program, command.arguments, {
    cwd: folder,
    stdio: ["pipe", "pipe", "inherit"],
  });
  assert(server.stdout !== null && server.stdin !== null);
  connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  connection.onNotification("textDocument/publishDiagnostics", (params) => {
    if (params.uri.endsWith("ride.py")) {
      published.push(params.diagnostics);
      awake();
    }
  });
  connection.onNotification("window/showMessage", (params) => {
    said.push(params.message);
  });
  connection.listen();
  const root = pathToFileURL(folder).href;
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: root,
    workspaceFolders: [{ uri: root, name: "ride" }],
    capabilities: { textDocument: { publishDiagnostics: { relatedInformation: true } } },
    initializationOptions: initializationOptions(settings),
  });
  await connection.sendNotification("initialized", {});
});

after(async () => {
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  connection.dispose();
  fs.rmSync(folder, { recursive: true, force: true });
});

/** The diagnostics of `ride.py`, once there are as many as expected. */
async function diagnostics(expected: number): Promise<Diagnostic[]> {
  for (;;) {
    const last = published.at(-1);
    if (last !== undefined && last.length === expected) {
      return last;
    }
    await new Promise<void>((resolve) => {
      awake = resolve;
    });
  }
}

test("unsaved text is checked, and once more after an edit", { timeout: 120_000 }, async () => {
  const uri = pathToFileURL(path.join(folder, "ride.py")).href;
  await connection.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "python", version: 1, text: WRONG },
  });
  const [found] = await diagnostics(1);
  assert.equal(found?.code, "state-reuse");
  assert.equal(found?.range.start.line, 6);
  assert.match(String(found?.message), /"ticket" was consumed by "punch"/);
  assert.equal(found?.relatedInformation?.[0]?.location.range.start.line, 5);
  await connection.sendNotification("textDocument/didChange", {
    textDocument: { uri, version: 2 },
    contentChanges: [{ text: RIGHT }],
  });
  assert.deepEqual(await diagnostics(0), []);
  assert.deepEqual(said, [], "the server knows all options that it is sent");
});

test("a relative path is looked for in the workspace folder", () => {
  const command = serverCommand({ ...settings, command: [".venv/bin/server", "lsp"] }, "/project");
  assert.deepEqual(command, { program: "/project/.venv/bin/server", arguments: ["lsp"] });
});

test("an empty command is refused with what to write", () => {
  assert.throws(() => serverCommand({ ...settings, command: [] }, undefined), /mypy-eqxstate/);
});

test("empty settings are not sent", () => {
  const sent = initializationOptions({ ...settings, configFile: "mypy.ini" });
  assert.deepEqual(sent, { configFile: "mypy.ini", types: "mypy", movedHints: false });
});
