import proto from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../../contract/names.js';

const KEYWORD = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD;

/** What registering needs of a connection. */
interface Operator {
  operatorService: {
    listSearchAttributes(request: {
      namespace: string;
    }): Promise<{ customAttributes: Record<string, unknown> }>;
    addSearchAttributes(request: {
      namespace: string;
      searchAttributes: Record<string, number>;
    }): Promise<unknown>;
  };
}

/** Registers our search attributes where the namespace lacks them. Idempotent. */
export async function ensureSearchAttributes(
  { operatorService }: Operator,
  namespace: string,
): Promise<void> {
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
  const lacking = Object.values(SEARCH_ATTRIBUTES).filter((name) => !(name in customAttributes));
  if (lacking.length === 0) return;
  const searchAttributes = Object.fromEntries(lacking.map((name) => [name, KEYWORD]));
  await operatorService.addSearchAttributes({ namespace, searchAttributes });
}
