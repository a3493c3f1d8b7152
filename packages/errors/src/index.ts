export { errorCodes, type ErrorCode } from './codes.js';
export { ClientError } from './client-error.js';
export { leavingError } from './leaving-error.js';
