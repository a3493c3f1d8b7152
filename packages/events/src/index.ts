export { captureWrites, releaseWrites, type TableCapture } from './capture.js';
export { listTagOf, tagOf, wholeStoreTag, type TagValues } from './tag.js';
export { tagText, type ValueForm } from './value-form.js';
