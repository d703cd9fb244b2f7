// Initialize socket with JWT token
const socket = io('http://localhost:5000', {
  auth: {
    token: localStorage.getItem('authToken')
  }
});

// Join a room after successful HTTP join
const joinRoom = async (roomId: string) => {
  try {
    // First, join via HTTP endpoint
    const response = await fetch(`/api/rooms/${roomId}/join`, {
      method: 'POST',
      headers: {
        'Authorization': `Bearer ${token}`,
        'Content-Type': 'application/json'
      }
    });
    
    if (response.ok) {
      // Then connect via socket for real-time updates
      socket.emit('join_room', { roomId });
    }
  } catch (error) {
    console.error('Failed to join room:', error);
  }
};

// Send message
const sendMessage = (roomId: string, content: string) => {
  socket.emit('send_message', { roomId, content });
};

// Listen for messages
socket.on('receive_message', (message) => {
  // Add message to chat UI
  addMessageToChat(message);
});

// Handle typing indicators
let typingTimeout: NodeJS.Timeout;
const handleTyping = (roomId: string) => {
  socket.emit('typing', { roomId, isTyping: true });
  
  clearTimeout(typingTimeout);
  typingTimeout = setTimeout(() => {
    socket.emit('typing', { roomId, isTyping: false });
  }, 2000);
};
