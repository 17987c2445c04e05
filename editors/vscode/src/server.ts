/**
 * How the server is started and what it is told: decided from the settings alone, without VS Code,
 * so that the tests start the real server in the same way.
 */

import * as path from "node:path";

/** The extension's settings, as `package.json` declares them. */
export interface Settings {
  readonly command: readonly string[];
  readonly configFile: string;
  readonly pythonExecutable: string;
  readonly mypyArguments: readonly string[];
  readonly types: string;
  readonly movedHints: boolean;
  readonly rulePages: string;
}

/** A program and its arguments. */
export interface Command {
  readonly program: string;
  readonly arguments: string[];
}

/**
 * The command that starts the server.
 *
 * @param settings - the user's settings.
 * @param folder - the workspace folder, which a relative path is looked for in.
 * @throws Error if the setting is empty.
 */
export function serverCommand(settings: Settings, folder: string | undefined): Command {
  const [program, ...rest] = settings.command;
  if (program === undefined || program === "") {
    throw new Error('the setting "eqxstate.command" is empty; write ["mypy-eqxstate", "lsp"]');
  }
  const isPath = /[\\/]/.test(program);
  const found = isPath && folder !== undefined ? path.resolve(folder, program) : program;
  return { program: found, arguments: rest };
}

/**
 * The initialization options of the server: the settings that are not empty.
 *
 * @param settings - the user's settings.
 */
export function initializationOptions(settings: Settings): Record<string, unknown> {
  const { command: _, ...options } = settings;
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== "" && String(value) !== ""),
  );
}
