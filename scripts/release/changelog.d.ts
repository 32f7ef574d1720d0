export function changelogSection(version: string, date: string, subjects: readonly string[]): string;
export function withSection(changelog: string, section: string): string;
