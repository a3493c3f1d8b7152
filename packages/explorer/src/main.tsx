/** Starts the page. */
import { createRoot } from 'react-dom/client';
import { Explorer } from './explorer.js';
import { pageData } from './page-data.js';
import { setUpWorkers } from './workers.js';

const { workers, operations } = pageData();
setUpWorkers(workers);
const root = document.getElementById('explorer');
if (root === null) throw new Error('expected the page to have an element "explorer", but got none');
createRoot(root).render(<Explorer operations={operations} />);
