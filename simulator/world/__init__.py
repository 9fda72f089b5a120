"""The simulated Telegram itself: people, bots, chats, messages. In memory, no IO; the clock is injected."""
