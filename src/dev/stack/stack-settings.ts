import { loadSettings, presentOf, type Settings, SettingsError } from '../../config/env.js';

/** Placeholder for validation. The real secret is stored below DATA_DIR, which is known only after validation. */
const PLACEHOLDER_SECRET = `whsec_${'A'.repeat(32)}`;

/** Environment of the services: only variables with a value. */
export type Environment = Record<string, string>;

/** Settings of a stack, and the environment that they were read from. */
export interface StackSettings {
  env: Environment;
  settings: Settings;
}

/** Reads the settings of a stack. @throws SettingsError */
export function stackSettings(env: NodeJS.ProcessEnv): StackSettings {
  const present = presentOf(env);
  const settings = loadSettings({ WEBHOOK_SECRETS: PLACEHOLDER_SECRET, ...present });
  const ports = [settings.http.port, settings.embedded.temporalPort, settings.embedded.temporalUiPort];
  if (new Set(ports).size < ports.length || ports.includes(0)) {
    throw new SettingsError(['PORT, TEMPORAL_PORT and TEMPORAL_UI_PORT must be different, and not 0']);
  }
  return { env: present, settings };
}
