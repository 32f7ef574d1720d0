import { Logo } from '../shell/icons.js';
import type { SignInOutcome } from './server.js';
import { SignInForm } from './sign-in-form.js';
import type { Session } from './use-session.js';

/** The first screen for a person whom the server does not recognize. */
export function SignIn({ session, outcome }: { session: Session; outcome: SignInOutcome | null }) {
  return (
    <main className="sign-in">
      <div className="card sign-in-card">
        <p className="brand">
          <Logo /> Longhaul
        </p>
        <h1>Sign in</h1>
        <SignInForm session={session} before={outcome} />
      </div>
    </main>
  );
}
