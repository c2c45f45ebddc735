// A real engine, a real pack and a real provider start in every operation, on whatever machine this is.
jest.setTimeout(300_000);
