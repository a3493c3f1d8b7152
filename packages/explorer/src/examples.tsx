/** GraphiQL's pane with the operations of `examples/operations`: a click puts one into the editor, ready to run. */
import { type GraphiQLPlugin, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import type { ExampleOperation } from '../operations.mjs';

export function examplesPlugin(operations: readonly ExampleOperation[]): GraphiQLPlugin {
  return {
    title: 'Examples',
    icon: ExamplesIcon,
    content: () => <Examples operations={operations} />,
  };
}

function Examples({ operations }: { readonly operations: readonly ExampleOperation[] }) {
  const actions = useGraphiQLActions();
  const editor = useGraphiQL((state) => state.queryEditor);
  const tabs = useGraphiQL((state) => state.tabs);
  const activeTabIndex = useGraphiQL((state) => state.activeTabIndex);
  const answer = useGraphiQL((state) => state.responseEditor);
  const openText = tabs[activeTabIndex]?.query;

  const open = ({ operationName, text }: ExampleOperation) => {
    const tabWithIt = tabs.findIndex((tab) => tab.query === text);
    if (tabWithIt === activeTabIndex) return;
    if (tabWithIt >= 0) {
      actions.changeTab(tabWithIt);
      return;
    }
    // A tab that holds something of the person's own is left alone; an untouched example makes room for the next one.
    const current = editor?.getValue() ?? '';
    const untouched = current.trim() === '' || operations.some((operation) => operation.text === current);
    if (!untouched) actions.addTab();
    editor?.setValue(text);
    answer?.setValue('');
    // GraphiQL would see the new text by itself, but late: run at once, it would ask for the operation before.
    actions.updateActiveTabValues({ query: text, response: null });
    actions.setOperationName(operationName);
  };

  return (
    <section className="examples" aria-label="Examples">
      <h2 className="examples-title">Examples</h2>
      <ul className="examples-list">
        {operations.map((operation) => (
          <li key={operation.title}>
            <button
              type="button"
              className="example"
              aria-current={operation.text === openText}
              onClick={() => {
                open(operation);
              }}
            >
              <b>{operation.title}</b>
              <span>{operation.description}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
      <path d="M4 6h10M4 12h7M4 18h6" />
      <path d="M15 11.5v8l6-4z" strokeLinejoin="round" />
    </svg>
  );
}
