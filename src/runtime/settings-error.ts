/** Invalid settings: one problem per line, without the values, because a value may be a secret. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';

  constructor(
    readonly problems: readonly string[],
    options?: { cause: unknown },
  ) {
    super(`These settings are wrong:\n${problems.map((problem) => `  ${problem}`).join('\n')}`, options);
  }
}
