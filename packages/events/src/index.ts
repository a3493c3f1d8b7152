export { captureWrites, releaseWrites, type TableCapture } from './capture.js';
