/** The page: the strip at the top and GraphiQL under it. */
import { useGraphiQL } from '@graphiql/react';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type DevelopmentUser, initialUser, keepUser, userInAddress } from './development-user.js';
import { examplesPlugin } from './examples.js';
import { routerFetcher } from './fetcher.js';
import type { PageData } from './page-data.js';
import { TopBar } from './top-bar.js';

const endpoint = '/graphql';

const headersOfNewTab = `// More headers for this tab, as JSON.
// The user above is sent already.
{}
`;

export function Explorer({ operations }: Pick<PageData, 'operations'>) {
  const [user, setUser] = useState(initialUser);
  // GraphiQL reads the schema again for every new fetcher; who asks makes no difference to the schema, so one stays.
  const current = useRef(user);
  const fetcher = useMemo(() => routerFetcher(endpoint, () => authorizationOf(current.current)), []);
  const examples = useMemo(() => examplesPlugin(operations), [operations]);
  const plugins = useMemo(() => [examples, HISTORY_PLUGIN], [examples]);
  const firstTabs = useMemo(() => operations.slice(0, 1).map(({ text }) => ({ query: text })), [operations]);

  const become = (next: DevelopmentUser | null) => {
    current.current = next;
    keepUser(next);
    setUser(next);
  };
  useEffect(() => {
    const onAddress = () => {
      const named = userInAddress();
      if (named !== null) become(named);
    };
    window.addEventListener('hashchange', onAddress);
    return () => {
      window.removeEventListener('hashchange', onAddress);
    };
  }, []);

  return (
    <>
      <TopBar endpoint={endpoint} user={user} onUser={become} />
      <GraphiQL
        fetcher={fetcher}
        plugins={plugins}
        visiblePlugin={examples}
        defaultTabs={firstTabs}
        defaultHeaders={headersOfNewTab}
        defaultEditorToolsVisibility="headers"
      >
        <GraphiQL.Logo>{null}</GraphiQL.Logo>
        <LongLinesWrap />
      </GraphiQL>
    </>
  );
}

/** Beside the examples the editor is narrow, and what is cut off at its edge are the comments that explain. */
function LongLinesWrap() {
  const editor = useGraphiQL((state) => state.queryEditor);
  useEffect(() => {
    editor?.updateOptions({ wordWrap: 'on', wrappingIndent: 'same' });
  }, [editor]);
  return null;
}

function authorizationOf(user: DevelopmentUser | null): string | undefined {
  return user === null ? undefined : `Bearer ${user.token}`;
}
