/** The part of a Temporal connection that reads a namespace. */
interface Namespaces {
  workflowService: {
    describeNamespace(request: {
      namespace: string;
    }): Promise<{ namespaceInfo?: { id?: string | null } | null }>;
  };
}

/** Returns the namespace with its id. The id changes when a namespace is deleted and created again. */
export async function namespaceOf(
  { workflowService }: Namespaces,
  name: string,
): Promise<{ id: string; name: string }> {
  const { namespaceInfo } = await workflowService.describeNamespace({ namespace: name });
  return { id: namespaceInfo?.id ?? '', name };
}
