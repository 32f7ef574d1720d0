import { LonghaulProvider } from 'longhaul/react';
import { Home } from './home.js';
import { SignIn } from './session/sign-in.js';
import { SignInAgain } from './session/sign-in-again.js';
import { useSession } from './session/use-session.js';
import { Opening } from './shell/opening.js';
import { Unreachable } from './shell/unreachable.js';

/** The page: opens it for whom the server recognizes, and asks all others to sign in. */
export function App() {
  const session = useSession();
  const { state, client } = session;
  switch (state.at) {
    case 'opening':
      return <Opening isRetrying={state.isRetrying} />;
    case 'failed':
      return <Unreachable error={state.error} onRetry={session.open} />;
    case 'signed-out':
      return <SignIn session={session} outcome={state.outcome} />;
    default:
      return (
        <LonghaulProvider key={state.me.userId} client={client} user={state.me.userId} title>
          <Home session={session} me={state.me} isOver={state.isOver} />
          <SignInAgain session={session} isOpen={state.isOver} />
        </LonghaulProvider>
      );
  }
}
