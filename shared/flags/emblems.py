"""The emblems of the flags, drawn by hand on a grid from -12 to 12 around the middle of the flag.

Each is a handful of plain shapes, so that it stays readable on a marker of 30 pixels.
"""

RED = "#cf142b"
GREEN = "#2f7d3b"
BLUE = "#2b62a8"
BROWN = "#7a4a21"
YELLOW = "#f2b01e"
DARK = "#2b2b2b"
WHITE = "#ffffff"

LINDEN = f"""
<path d="M0 10C-2 5-10 3-9-4C-8-9-2-10 0-6C2-10 8-9 9-4C10 3 2 5 0 10Z" fill="{GREEN}"/>
<path d="M0 12V-4M0 4L-5-1M0 4L5-1M0 0L-3-4M0 0L3-4" fill="none" stroke="{WHITE}" stroke-width="1.1"/>
"""

RIVER = f"""
<path d="M-10-5Q-7.5-8-5-5T0-5T5-5T10-5M-11 0Q-8.25-3-5.5 0T0 0T5.5 0T11 0M-10 5Q-7.5 2-5 5T0 5T5 5T10 5"
 fill="none" stroke="{BLUE}" stroke-width="2.6" stroke-linecap="round"/>
"""

OAK = f"""
<path d="M-6-2H6C6 5 3 8 0 11C-3 8-6 5-6-2Z" fill="{YELLOW}"/>
<path d="M-7.5-2C-7.5-7-3-8 0-8S7.5-7 7.5-2Z" fill="{BROWN}"/>
<path d="M0-8Q0-11 2-12" fill="none" stroke="{BROWN}" stroke-width="2" stroke-linecap="round"/>
"""

BRIDGE = f"""
<path d="M-11-3H11V1H9V7H5Q5 1 0 1T-5 7H-9V1H-11Z" fill="{DARK}"/>
<path d="M-9-3V-7M-4.5-3V-7M0-3V-7M4.5-3V-7M9-3V-7M-10-7H10" fill="none" stroke="{DARK}" stroke-width="1.4"/>
<path d="M-10 9.5Q-7.5 7.5-5 9.5T0 9.5T5 9.5T10 9.5" fill="none" stroke="{BLUE}" stroke-width="1.6"/>
"""

SUN = f"""
<circle r="5" fill="{YELLOW}"/>
<path d="M0-7V-11M0 7V11M-7 0H-11M7 0H11M-5-5L-8-8M5-5L8-8M-5 5L-8 8M5 5L8 8"
 stroke="{YELLOW}" stroke-width="2.2" stroke-linecap="round"/>
"""

STORK = f"""
<path d="M-10 1C-6-4 0-4 4-2L6-8L8.5-8.5L8 0C6 4 0 5-4 3Z" fill="{WHITE}" stroke="{DARK}"
 stroke-width="1" stroke-linejoin="round"/>
<path d="M-11 1C-7-2-3-2 1 0C-2 4-7 4-11 1Z" fill="{DARK}"/>
<circle cx="7" cy="-8.5" r="2.2" fill="{WHITE}" stroke="{DARK}" stroke-width="1"/>
<path d="M9-9L12.5-6.5L8.6-7.4Z" fill="{RED}"/>
<path d="M1 4V12M1 12H4M3.5 3.5V8L1.5 8.5" fill="none" stroke="{RED}" stroke-width="1.4"/>
"""

CORNFLOWER = f"""
<path d="M0 2V12M0 9Q4 8 6 5" fill="none" stroke="{GREEN}" stroke-width="1.6" stroke-linecap="round"/>
<g fill="{BLUE}">
<path d="M0 1L-2.5-8L-1-7.2L0-10L1-7.2L2.5-8Z"/>
<path d="M0 1L-9-5L-7-5.5L-8-8L-5.5-7L-5-9Z"/>
<path d="M0 1L9-5L7-5.5L8-8L5.5-7L5-9Z"/>
<path d="M0 1L-10 1.5L-8.5 0L-10.5-1.5L-8-1.8L-8.5-3.6Z"/>
<path d="M0 1L10 1.5L8.5 0L10.5-1.5L8-1.8L8.5-3.6Z"/>
</g>
<path d="M-3 1H3L2 5.5H-2Z" fill="{GREEN}"/>
"""

HOUSE = f"""
<path d="M-8-1H8V9H-8Z" fill="{YELLOW}"/>
<path d="M-11 0L0-10L11 0L9.5 1.8L0-6.6L-9.5 1.8Z" fill="{RED}"/>
<path d="M-2 3H2V9H-2Z" fill="{BROWN}"/>
<path d="M-6 2H-3.6V5H-6ZM3.6 2H6V5H3.6Z" fill="{BLUE}"/>
"""

TOWER = f"""
<path d="M-6 10V-4H-7.5V-10H-4.5V-7.5H-1.5V-10H1.5V-7.5H4.5V-10H7.5V-4H6V10Z" fill="{RED}"/>
<path d="M-2 10V6A2 2 0 0 1 2 6V10ZM-.9-2H.9V3H-.9Z" fill="{WHITE}"/>
"""

BICYCLE = f"""
<g fill="none" stroke="{DARK}" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round">
<circle cx="-6.5" cy="4" r="4.6"/><circle cx="6.5" cy="4" r="4.6"/>
</g>
<path d="M-6.5 4L-3-4H4.5L0 4ZM0 4L-4-6.5M-5.8-6.5H-2.4M6.5 4L3.5-7H6.5" fill="none" stroke="{RED}"
 stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round"/>
"""

APPLE = f"""
<path d="M0-4C-3-7-9-5-9 1C-9 7-5 11-2 11C-1 11-.5 10.4 0 10.4S1 11 2 11C5 11 9 7 9 1C9-5 3-7 0-4Z"
 fill="{RED}"/>
<path d="M0-4Q0-8 2-10.5" fill="none" stroke="{BROWN}" stroke-width="1.6" stroke-linecap="round"/>
<path d="M1.5-7Q5-12 9-9.5Q6.5-5.5 1.5-7Z" fill="{GREEN}"/>
"""

KEY = f"""
<circle cx="-6" r="4" fill="none" stroke="{DARK}" stroke-width="2.4"/>
<path d="M-2 0H11M10 0V5M5.5 0V4" fill="none" stroke="{DARK}" stroke-width="2.4" stroke-linecap="round"/>
"""

PINE = f"""
<path d="M-1.2 6H1.2V11.5H-1.2Z" fill="{BROWN}"/>
<path d="M0-12L4.5-5.5H2.5L7-.5H4.5L9.5 7H-9.5L-4.5-.5H-7L-2.5-5.5H-4.5Z" fill="{GREEN}"/>
"""

BOOK = f"""
<path d="M0-5Q-5-8.5-11-6V7Q-5 4.5 0 8Q5 4.5 11 7V-6Q5-8.5 0-5Z" fill="{WHITE}" stroke="{DARK}"
 stroke-width="1.5" stroke-linejoin="round"/>
<path d="M0-5V8M-8.5-2.5Q-5-3.6-2.4-1.8M-8.5 1Q-5-.1-2.4 1.7M8.5-2.5Q5-3.6 2.4-1.8M8.5 1Q5-.1 2.4 1.7"
 fill="none" stroke="{RED}" stroke-width="1.3" stroke-linecap="round"/>
"""
