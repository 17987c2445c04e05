/**
 * Starts the language server when a Python file is opened, and again when a setting changes. All
 * that is shown comes from the server.
 */

import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/node";

import { type Settings, initializationOptions, serverCommand } from "./server";

const SECTION = "eqxstate";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand(`${SECTION}.restart`, restart),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration(SECTION)) {
        await restart();
      }
    }),
  );
  await restart();
}

export async function deactivate(): Promise<void> {
  await client?.dispose();
  client = undefined;
}

async function restart(): Promise<void> {
  await deactivate();
  try {
    client = newClient();
    await client.start();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const advice = "install mypy_eqxstate with its extra `lsp`, or set \"eqxstate.command\"";
    void vscode.window.showErrorMessage(`mypy_eqxstate can't be started: ${reason}; ${advice}`);
  }
}

function newClient(): LanguageClient {
  const settings = readSettings();
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const command = serverCommand(settings, folder);
  return new LanguageClient(
    SECTION,
    "mypy_eqxstate",
    {
      // No `transport`: with one named the client appends `--stdio`, which older servers refuse.
      command: command.program,
      args: command.arguments,
      options: { cwd: folder },
    },
    {
      documentSelector: [
        { scheme: "file", language: "python" },
        { notebook: "jupyter-notebook", language: "python" },
      ],
      initializationOptions: initializationOptions(settings),
    },
  );
}

function readSettings(): Settings {
  const section = vscode.workspace.getConfiguration(SECTION);
  return {
    command: section.get<string[]>("command", ["mypy-eqxstate", "lsp"]),
    configFile: section.get<string>("configFile", ""),
    pythonExecutable: section.get<string>("pythonExecutable", ""),
    mypyArguments: section.get<string[]>("mypyArguments", []),
    types: section.get<string>("types", "mypy"),
    movedHints: section.get<boolean>("movedHints", false),
    rulePages: section.get<string>("rulePages", ""),
  };
}
