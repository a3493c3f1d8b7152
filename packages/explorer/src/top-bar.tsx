/** The strip above GraphiQL: whose explorer this is, who the operations are sent as, and the way to Apollo Sandbox. */
import { type ChangeEvent, useState } from 'react';
import { type DevelopmentUser, readToken } from './development-user.js';

interface TopBarProps {
  readonly endpoint: string;
  readonly user: DevelopmentUser | null;
  readonly onUser: (user: DevelopmentUser | null) => void;
}

export function TopBar({ endpoint, user, onUser }: TopBarProps) {
  const url = location.origin + endpoint;
  const sandbox = `https://studio.apollographql.com/sandbox/explorer?endpoint=${encodeURIComponent(url)}`;
  return (
    <header className="top-bar">
      <strong className="top-bar-name">Selvedge</strong>
      <code className="top-bar-endpoint">{url}</code>
      {user === null ? (
        <TokenField onUser={onUser} />
      ) : (
        <CurrentUser
          user={user}
          onLeave={() => {
            onUser(null);
          }}
        />
      )}
      <a className="top-bar-link" href={sandbox} target="_blank" rel="noreferrer">
        Open in Apollo Sandbox <span aria-hidden="true">↗</span>
      </a>
    </header>
  );
}

function TokenField({ onUser }: Pick<TopBarProps, 'onUser'>) {
  const [text, setText] = useState('');
  const unreadable = text.trim() !== '';
  const take = (event: ChangeEvent<HTMLInputElement>) => {
    const found = readToken(event.target.value);
    if (found === null) setText(event.target.value);
    else onUser(found);
  };
  return (
    <label className="user">
      {unreadable ? 'This is not a token' : 'Acting as nobody'}
      <input
        className="user-token"
        value={text}
        onChange={take}
        placeholder="Paste a token that npm start printed"
        aria-label="Development token"
        aria-invalid={unreadable}
        autoComplete="off"
        spellCheck={false}
      />
    </label>
  );
}

function CurrentUser({ user, onLeave }: { readonly user: DevelopmentUser; readonly onLeave: () => void }) {
  const expired = user.expires !== undefined && user.expires.getTime() < Date.now();
  return (
    <div className="user" role="status">
      Acting as <b>{user.name}</b>
      {user.roles.map((role) => (
        <span className="user-role" key={role}>
          {role}
        </span>
      ))}
      {expired && <span className="user-expired">token expired</span>}
      <button type="button" className="user-leave" onClick={onLeave} aria-label="Stop acting as this user">
        ×
      </button>
    </div>
  );
}
