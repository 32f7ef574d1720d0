export { type LonghaulContext, useLonghaul } from './context.js';
export { LonghaulProvider, type LonghaulProviderProps } from './provider.js';
