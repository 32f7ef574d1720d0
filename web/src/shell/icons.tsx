import type { ReactNode } from 'react';

function Icon({ children, size = 20 }: { children: ReactNode; size?: number }) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {children}
    </svg>
  );
}

export const Logo = () => (
  <Icon size={26}>
    <path d="M12 3v11m0 0 4.5-4.5M12 14 7.500 9.500" />
    <path d="M3 15v3a3 3 0 0 0 3 3h12a3 3 0 0 0 3-3v-3" />
  </Icon>
);

export const SearchIcon = () => (
  <Icon>
    <circle cx="11" cy="11" r="7" />
    <path d="m20 20-3.800-3.800" />
  </Icon>
);

export const PersonIcon = () => (
  <Icon>
    <circle cx="12" cy="8" r="4" />
    <path d="M4 21a8 8 0 0 1 16 0" />
  </Icon>
);

export const DownloadsIcon = () => (
  <Icon>
    <path d="M12 4v10m0 0 4-4m-4 4-4-4M5 20h14" />
  </Icon>
);

export const OptionsIcon = () => (
  <Icon>
    <path d="M4 7h9m5 0h2M4 17h2m5 0h9" />
    <circle cx="15.500" cy="7" r="2.500" />
    <circle cx="8.500" cy="17" r="2.500" />
  </Icon>
);
