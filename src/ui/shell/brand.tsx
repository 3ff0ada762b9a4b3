export function Brand() {
	return (
		<p className="brand">
			<svg
				viewBox="0 0 24 24"
				fill="none"
				stroke="currentColor"
				strokeWidth="2"
				strokeLinecap="round"
				aria-hidden="true"
			>
				<rect x="2.5" y="8" width="11" height="8" rx="4" />
				<rect x="10.5" y="8" width="11" height="8" rx="4" />
			</svg>
			SARC portal
		</p>
	);
}
