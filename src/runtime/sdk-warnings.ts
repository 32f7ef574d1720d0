/** Silences the AWS SDK's warning about Node 20 at every start. The documents name the date instead. */
export function silenceSdkNodeWarning(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}
